// node:http with the streams of mims/stream.js below /stream, and the bundle, which keeps its state, at other paths.
// Arguments: port, bundle.
'use strict';

const fs = require('fs');
const http = require('http');
const { handle } = require('./mim');

const [port, bundle] = process.argv.slice(2);
const mimikModule = {};
new Function('mimikModule', fs.readFileSync(bundle, 'utf8'))(mimikModule);

http.createServer((request, response) => {
  const [, route, delay] = request.url.split('/');
  if (route === 'stream') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: first\n\n');
    setTimeout(() => response.end('data: last\n\n'), Number(delay));
    return;
  }
  handle(mimikModule.exports, request.method, request.url, '', (status, headers, body) => {
    response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  });
}).listen(Number(port), '127.0.0.1');
