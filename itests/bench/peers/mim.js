// What a peer needs to run a mim's bundle: the objects of the contract, as far as the benchmarks use them.
'use strict';

/** Runs the handler for one request; `done` gets status, headers and body. */
function handle(handler, method, url, body, done) {
  const headers = {};
  const request = { method, url, headers: {}, body, authorization: '' };
  const response = {
    statusCode: 200,
    setHeader(name, value) { headers[name] = value; },
    end(text) { done(response.statusCode, headers, text === undefined ? '' : String(text)); },
  };
  const items = handle.items;
  const context = {
    storage: {
      getItem: (key) => (items.has(key) ? items.get(key) : null),
      setItem: (key, value) => { items.set(key, String(value)); },
    },
    env: {},
    info: {},
  };
  handler(context, request, response);
}

handle.items = new Map();

module.exports = { handle };
