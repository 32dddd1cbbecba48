// Runs one request through a mim without a runtime, for quick tests of its logic. It has the parts
// of context, request and response that the examples use; isolation, quotas, durability and
// everything else only a node has.
//
//   const { runMim, newStorage } = require('../../tools/run-mim');
//   const answer = await runMim('target/index.js', { url: '/notes', storage: newStorage() });
//
// From the shell, in the folder of a project: node ../tools/run-mim.js <program> [url] [method] [body]
'use strict';

const fs = require('fs');
const path = require('path');
const vm = require('vm');

// Globals of Node's bare script context that a mim does not have.
const ABSENT = ['Atomics', 'SharedArrayBuffer', 'WebAssembly'];

/**
 * Promises {status, headers, body, writes}. `http` answers outbound requests: an async function from
 * the options of context.http.request to {status, headers, data}.
 */
function runMim(program, { method = 'GET', url = '/', headers = {}, body = '', env = {}, info = {},
  storage = newStorage(), http = refuse } = {}) {
  return new Promise((resolve, reject) => {
    const events = eventLoop(reject, () => reject(new Error('the handler finished without ending the response')));
    const request = { method, url, headers, body, authorization: headers.authorization || '' };
    const response = responseTo(resolve);
    const context = {
      env,
      info: { serviceType: 'api-test', apiRoot: '/api/test/v1', httpPort: '8083', accountId: '', ...info },
      storage,
      http: { request: (options) => outbound(options, http, events) },
      edge: {},
    };
    events.run(() => load(program, events)(context, request, response));
  });
}

function load(program, { setTimeout, clearTimeout, setImmediate, clearImmediate }) {
  const globals = vm.createContext({
    mimikModule: { exports: {} }, console, setTimeout, clearTimeout, setImmediate, clearImmediate,
  });
  vm.runInContext(ABSENT.map((name) => `delete globalThis.${name};`).join(''), globals);
  vm.runInContext(fs.readFileSync(program, 'utf8'), globals, { filename: path.resolve(program) });
  return globals.mimikModule.exports;
}

/** Knows how much is still to happen, and calls `idle` when that is nothing. */
function eventLoop(failed, idle) {
  const pending = new Set();
  const run = (fn, ...args) => {
    try {
      fn(...args);
    } catch (error) {
      failed(error);
    }
    setImmediate(() => pending.size === 0 && idle());
  };
  const begin = (start, fn, args) => {
    const id = start(() => {
      pending.delete(id);
      run(fn, ...args);
    });
    pending.add(id);
    return id;
  };
  const cancel = (stop, id) => {
    pending.delete(id);
    stop(id);
  };
  return {
    run,
    pending,
    setTimeout: (fn, ms, ...args) => begin((go) => setTimeout(go, ms), fn, args),
    setImmediate: (fn, ...args) => begin((go) => setImmediate(go), fn, args),
    clearTimeout: (id) => cancel(clearTimeout, id),
    clearImmediate: (id) => cancel(clearImmediate, id),
  };
}

function responseTo(resolve) {
  const headers = {};
  const writes = [];
  let open = true;
  return {
    statusCode: 200,
    setHeader(name, value) {
      headers[name.toLowerCase()] = String(value);
      return true;
    },
    write(chunk) {
      if (open) {
        writes.push(String(chunk));
      }
      return open;
    },
    end(chunk) {
      if (open && chunk !== undefined && chunk !== null) {
        writes.push(String(chunk));
      }
      open = false;
      resolve({ status: Number(this.statusCode), headers, body: writes.join(''), writes });
    },
  };
}

function outbound(options, http, events) {
  events.pending.add(options);
  const settle = (callback, result) => {
    events.pending.delete(options);
    events.run(() => callback && callback(result));
  };
  http(options).then(
    ({ status, headers = {}, data = '' }) => (status >= 400
      ? settle(options.error, { message: `status ${status}`, status, content: data, headers })
      : settle(options.success, { status, headers, data })),
    (error) => settle(options.error, { message: error.message }),
  );
}

async function refuse({ url }) {
  throw new Error(`connection refused: ${url}`);
}

/** A key-value store with tags; pass the same one to several requests. */
function newStorage() {
  let items = new Map();
  const each = (callback, wanted) => [...items]
    .filter(([, item]) => wanted(item)).forEach(([key, { value }]) => callback(key, value));
  return {
    getItem: (key) => (items.has(String(key)) ? items.get(String(key)).value : null),
    setItem: (key, value) => void items.set(String(key), { value: String(value), tag: '' }),
    setItemWithTag: (key, value, tag) => void items.set(String(key), { value: String(value), tag }),
    removeItem: (key) => void items.delete(String(key)),
    removeItemsByTag: (tag) => [...items].forEach(([key, item]) => item.tag === tag && items.delete(key)),
    eachItem: (callback) => each(callback, () => true),
    eachItemByTag: (tag, callback) => each(callback, (item) => item.tag === tag),
    lockExecute(fn) {
      const before = new Map(items);
      try {
        return fn();
      } catch (error) {
        items = before;
        throw error;
      }
    },
  };
}

module.exports = { runMim, newStorage };

if (require.main === module) {
  const [program, url, method, body] = process.argv.slice(2);
  runMim(program, { url, method, body }).then(
    (answer) => console.log(`${answer.status} ${JSON.stringify(answer.headers)}\n${answer.body}`),
    (error) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
