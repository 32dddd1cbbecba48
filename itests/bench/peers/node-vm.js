// node:http; each request gets a vm.Context of its own in which the bundle runs anew, compiled once. Arguments: port,
// bundle.
'use strict';

const fs = require('fs');
const http = require('http');
const vm = require('vm');
const { handle } = require('./mim');

const [port, bundle] = process.argv.slice(2);
const script = new vm.Script(fs.readFileSync(bundle, 'utf8'), { filename: 'index.js' });

http.createServer((request, response) => {
  const mimikModule = {};
  script.runInContext(vm.createContext({ mimikModule, setTimeout, setImmediate, console }));
  handle(mimikModule.exports, request.method, request.url, '', (status, headers, body) => {
    response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  });
}).listen(Number(port), '127.0.0.1');
