// Bundle C: bundle A after those parts of core-js that a preset for old engines brings along.
require('core-js/es/promise');
require('core-js/es/map');
require('core-js/es/set');
require('core-js/es/symbol');
require('core-js/es/array');
require('core-js/es/object');
require('core-js/es/string');
require('./a');

const METHODS = new Set(['GET', 'POST']);
const handle = mimikModule.exports;

mimikModule.exports = function (context, request, response) {
  if (METHODS.has(request.method)) {
    handle(context, request, response);
    return;
  }
  Promise.resolve(405).then((status) => {
    response.statusCode = status;
    response.end();
  });
};
