// node:http; the bundle is loaded once and keeps its state. Arguments: port, bundle.
'use strict';

const fs = require('fs');
const http = require('http');
const { handle } = require('./mim');

const [port, bundle] = process.argv.slice(2);
const mimikModule = {};
new Function('mimikModule', fs.readFileSync(bundle, 'utf8'))(mimikModule);

http.createServer((request, response) => {
  handle(mimikModule.exports, request.method, request.url, '', (status, headers, body) => {
    response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  });
}).listen(Number(port), '127.0.0.1');
