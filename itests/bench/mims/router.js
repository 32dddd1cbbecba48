// What a mim of the usual packages looks like: the npm router with all of lodash and a promise polyfill.
const Router = require('router');
const Promise = require('promise-polyfill');
const _ = require('lodash');

let n = 0;
const app = Router({ mergeParams: true });

app.get('/hello/:name', (request, response) => {
  n += 1;
  const answer = _.assign({}, { hello: request.params.name, n });
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(_.pick(answer, ['hello', 'n'])));
});

app.get('/later/:name', (request, response) => {
  n += 1;
  Promise.resolve(request.params.name).then((name) => response.end(JSON.stringify({ hello: name, n })));
});

mimikModule.exports = function (context, request, response) {
  app(request, response, () => {
    response.statusCode = 404;
    response.end('{"error":{"code":404}}');
  });
};
