// Bundle A: what a small mim looks like without any package, some 3 KB of ES5 with a router of its own.
var n = 0;
var routes = [];

function Route(method, pattern, handler) {
  this.method = method;
  this.parts = pattern.split('/').filter(Boolean);
  this.handler = handler;
}

Route.prototype.match = function (method, path) {
  if (method !== this.method) {
    return null;
  }
  var parts = path.split('/').filter(Boolean);
  if (parts.length !== this.parts.length) {
    return null;
  }
  var params = {};
  for (var i = 0; i < parts.length; i++) {
    if (this.parts[i].charAt(0) === ':') {
      params[this.parts[i].substring(1)] = decodeURIComponent(parts[i]);
    } else if (this.parts[i] !== parts[i]) {
      return null;
    }
  }
  return params;
};

function on(method, pattern, handler) {
  routes.push(new Route(method, pattern, handler));
}

function query(url) {
  var at = url.indexOf('?');
  var found = {};
  if (at < 0) {
    return found;
  }
  url.substring(at + 1).split('&').forEach(function (pair) {
    var equals = pair.indexOf('=');
    var key = equals < 0 ? pair : pair.substring(0, equals);
    found[decodeURIComponent(key)] = equals < 0 ? '' : decodeURIComponent(pair.substring(equals + 1));
  });
  return found;
}

function json(response, status, value) {
  var text = JSON.stringify(value);
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(text);
}

function notFound(request, response) {
  json(response, 404, { error: { code: 404, message: 'no route for ' + request.method + ' ' + request.url } });
}

on('GET', '/hello/:name', function (request, response, params) {
  n += 1;
  json(response, 200, { hello: params.name, lang: query(request.url).lang || 'en', n: n });
});

on('GET', '/fib/:n', function (request, response, params) {
  n += 1;
  function fib(k) { return k < 2 ? k : fib(k - 1) + fib(k - 2); }
  json(response, 200, { fib: fib(Number(params.n)), n: n });
});

on('GET', '/count', function (request, response, params, context) {
  n += 1;
  var count = Number(context.storage.getItem('count') || 0) + 1;
  context.storage.setItem('count', String(count));
  json(response, 200, { count: count, n: n });
});

on('POST', '/echo', function (request, response) {
  n += 1;
  var body;
  try {
    body = JSON.parse(request.body);
  } catch (e) {
    json(response, 400, { error: { code: 400, message: e.message } });
    return;
  }
  json(response, 200, { echo: body, n: n });
});

mimikModule.exports = function (context, request, response) {
  var path = request.url.split('?')[0];
  for (var i = 0; i < routes.length; i++) {
    var params = routes[i].match(request.method, path);
    if (params) {
      routes[i].handler(request, response, params, context);
      return;
    }
  }
  notFound(request, response);
};
