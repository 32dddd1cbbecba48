// The pages and queries of mims/store.js on an array in memory, as a server that keeps its state may have it. Argument:
// port.
'use strict';

const http = require('http');

const items = [];
for (let i = 0; i < 10000; i++) {
  items.push({ id: i, name: `user ${i}`, age: i % 90, note: 'an item of the size that items often have' });
}

function slice(found, offset) {
  const page = found.slice(offset, offset + 20);
  return { total: found.length, first: page[0].id, size: page.length, items: page };
}

const ROUTES = {
  '/fill': () => ({ filled: items.length }),
  '/page': () => slice(items, 5000),
  '/query': () => slice(items.filter((item) => item.age >= 18).sort((a, b) => b.age - a.age), 2000),
};

http.createServer((request, response) => {
  const body = ROUTES[request.url] ? JSON.stringify(ROUTES[request.url]()) : 'ready';
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}).listen(Number(process.argv[2]), '127.0.0.1');
