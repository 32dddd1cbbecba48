// The peers: how each is started with a program, and whether it keeps state between requests.
'use strict';

const fs = require('fs');
const path = require('path');
const { bench, target } = require('./places');
const { freePort, start } = require('./processes');
const { startMimosa } = require('./mimosa');
const { program } = require('./programs');
const { configure } = require('./workerd');
const { writeModule } = require('../peers/fetch');

const PACKAGES = path.join(target, 'node_modules');
const bin = (name) => path.join(PACKAGES, '.bin', name);
const peer = (name) => path.join(bench, 'peers', name);
const log = (name) => path.join(target, `${name}.log`);

async function startNode(script, ready, ...args) {
  const port = await freePort();
  return start(process.execPath, [peer(`${script}.js`), port, ...args], { port, ready, log: log(script) });
}

/** Starts a runtime from npm; which arguments depends on the port. */
async function startRuntime(runtime, ready, args) {
  if (!fs.existsSync(bin(runtime))) {
    throw new Error(`${runtime} is not there for this machine`);
  }
  const port = await freePort();
  return start(bin(runtime), args(port), { port, ready, log: log(runtime), cwd: target });
}

/** Starts a runtime with a module that runs a mim. */
function startMim(runtime, file, ready, args) {
  const module = path.join(target, `module-${runtime}.mjs`);
  return startRuntime(runtime, ready, (port) => {
    writeModule(file, module, runtime, port);
    return args(module, port);
  });
}

function startDenoKv() {
  const folder = path.join(target, 'deno');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder);
  return startRuntime('deno', '/', (port) => ['run', '--quiet', '--unstable-kv', '--allow-net', `--allow-read=${folder}`,
    `--allow-write=${folder}`, peer('store-deno.mjs'), port, path.join(folder, 'kv.sqlite')]);
}

function startMims(file, { beside = {} }) {
  const others = Object.entries(beside).map(([name, other]) => [name, program(other)]);
  return startMimosa({ bench: file, ...Object.fromEntries(others) });
}

const workerdWasm = (kept) => (wasm) =>
  startRuntime('workerd', '/', (port) => configure(peer('wasm-workerd.mjs'), port, { wasm, kept }));

/** start(file of the program, workload): runs; the path of a mim is behind a prefix. */
const PEERS = {
  mimosa: { fresh: true, prefix: '/api/bench/v1', start: startMims },
  'node:http': { fresh: false, start: (file, { path: ready }) => startNode('node-http', ready, file) },
  'node vm.Context': { fresh: true, start: (file, { path: ready }) => startNode('node-vm', ready, file) },
  'node WebAssembly': { fresh: true, start: (file, { path: ready }) => startNode('node-wasm', ready, file) },
  'node:http array': { fresh: false, start: () => startNode('items-node', '/') },
  'node:http calls itself': {
    fresh: false,
    start: (file, { path: ready, beside }) => startNode('caller-node', ready, program(beside.callee)),
  },
  express: { fresh: false, start: (file, { path: ready }) => startNode('express', ready, file, PACKAGES) },
  workerd: { fresh: false, start: (file, { path: ready }) => startMim('workerd', file, ready, configure) },
  'workerd WebAssembly': { fresh: true, start: workerdWasm(false) },
  'workerd kept WebAssembly': { fresh: false, start: workerdWasm(true) },
  'workerd Durable Object': {
    fresh: false,
    start: () => startRuntime('workerd', '/', (port) => configure(peer('store-workerd.mjs'), port, { storage: true })),
  },
  deno: {
    fresh: false,
    start: (file, { path: ready }) =>
      startMim('deno', file, ready, (module) => ['run', '--quiet', '--allow-net', module]),
  },
  'deno KV': { fresh: false, start: startDenoKv },
  bun: { fresh: false, start: (file, { path: ready }) => startMim('bun', file, ready, (module) => ['run', module]) },
};

module.exports = { PEERS, startNode };
