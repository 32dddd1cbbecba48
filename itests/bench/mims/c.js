// Bundle C: the npm router and those parts of core-js that a preset for old engines brings along.
require('core-js/es/promise');
require('core-js/es/map');
require('core-js/es/set');
require('core-js/es/symbol');
require('core-js/es/array');
require('core-js/es/object');
require('core-js/es/string');
const Router = require('router');

let n = 0;
const app = Router({ mergeParams: true });

app.get('/hello/:name', (request, response) => {
  n += 1;
  const seen = new Map([['hello', request.params.name]]);
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ hello: seen.get('hello'), n }));
});

mimikModule.exports = function (context, request, response) {
  app(request, response, () => {
    response.statusCode = 404;
    response.end('{"error":{"code":404}}');
  });
};
