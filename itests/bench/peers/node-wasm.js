// node:http; each request gets a WebAssembly instance of its own, of a module compiled once. Arguments: port, module.
'use strict';

const fs = require('fs');
const http = require('http');

const [port, file] = process.argv.slice(2);
const module_ = new WebAssembly.Module(fs.readFileSync(file));

http.createServer((request, response) => {
  const instance = new WebAssembly.Instance(module_, {
    env: {
      response_end(at, length) {
        const body = Buffer.from(instance.exports.memory.buffer, at, length);
        response.writeHead(200, { 'Content-Length': length });
        response.end(body);
        return 0;
      },
    },
  });
  instance.exports.mim_handle();
}).listen(Number(port), '127.0.0.1');
