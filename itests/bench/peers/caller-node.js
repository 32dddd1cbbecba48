// node:http that calls itself, on connections that are kept: below /callee it runs the bundle, which keeps its state, and
// for other paths passes on what that answers. Arguments: port, bundle of the callee.
'use strict';

const fs = require('fs');
const http = require('http');
const { handle } = require('./mim');

const [port, bundle] = process.argv.slice(2);
const mimikModule = {};
new Function('mimikModule', fs.readFileSync(bundle, 'utf8'))(mimikModule);
const agent = new http.Agent({ keepAlive: true });

function answer(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function call(path, response) {
  http.get({ host: '127.0.0.1', port, path: `/callee${path}`, agent }, (result) => {
    let body = '';
    result.setEncoding('utf8');
    result.on('data', (chunk) => { body += chunk; });
    result.on('end', () => answer(response, result.statusCode, body));
  }).on('error', (e) => answer(response, 502, JSON.stringify({ error: e.message })));
}

http.createServer((request, response) => {
  if (request.url.startsWith('/callee/')) {
    handle(mimikModule.exports, request.method, request.url.slice('/callee'.length), '',
      (status, headers, body) => answer(response, status, body));
  } else {
    call(request.url, response);
  }
}).listen(Number(port), '127.0.0.1');
