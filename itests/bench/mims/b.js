// Bundle B: bundle A after all of lodash and a promise polyfill, as in mims that use little of what they bring along.
const Promise = require('promise-polyfill');
const _ = require('lodash');
require('./a');

const METHODS = ['GET', 'POST'];
const handle = mimikModule.exports;

mimikModule.exports = function (context, request, response) {
  if (_.includes(METHODS, request.method)) {
    handle(context, request, response);
    return;
  }
  Promise.resolve(405).then((status) => {
    response.statusCode = status;
    response.end();
  });
};
