// The peers: how each is started with a bundle, and whether it keeps state between requests.
'use strict';

const fs = require('fs');
const path = require('path');
const { bench, target } = require('./places');
const { freePort, start } = require('./processes');
const { startMimosa } = require('./mimosa');
const { writeModule } = require('../peers/fetch');

const PACKAGES = path.join(target, 'node_modules');
const bin = (name) => path.join(PACKAGES, '.bin', name);
const peer = (name) => path.join(bench, 'peers', `${name}.js`);

async function startNode(script, bundle, ready, ...args) {
  const port = await freePort();
  return start(process.execPath, [peer(script), port, bundle, ...args], { port, ready, log: log(script) });
}

const log = (name) => path.join(target, `${name}.log`);

async function startModule(runtime, bundle, ready) {
  if (!fs.existsSync(bin(runtime))) {
    throw new Error(`${runtime} is not there for this machine`);
  }
  const port = await freePort();
  const module = path.join(target, runtime, 'module.mjs');
  writeModule(bundle, module, runtime, port);
  const args = {
    deno: ['run', '--quiet', '--allow-net', module],
    bun: ['run', module],
    workerd: ['serve', workerdConfig(module, port)],
  }[runtime];
  return start(bin(runtime), args, { port, ready, log: log(runtime), cwd: path.dirname(module) });
}

function workerdConfig(module, port) {
  const file = path.join(path.dirname(module), 'config.capnp');
  fs.writeFileSync(file, `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "module.mjs", esModule = embed "module.mjs")], compatibilityDate = "2025-10-01"))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
`);
  return file;
}

/** start(bundle, path) answers the path; the path of a mim is behind a prefix. */
const PEERS = {
  mimosa: {
    fresh: true,
    prefix: '/api/bench/v1',
    start: (bundle) => startMimosa({ bench: bundle }),
  },
  'node:http': { fresh: false, start: (bundle, ready) => startNode('node-http', bundle, ready) },
  'node vm.Context': { fresh: true, start: (bundle, ready) => startNode('node-vm', bundle, ready) },
  'node WebAssembly': { fresh: true, start: (module, ready) => startNode('node-wasm', module, ready) },
  express: { fresh: false, start: (bundle, ready) => startNode('express', bundle, ready, PACKAGES) },
  workerd: { fresh: false, start: (bundle, ready) => startModule('workerd', bundle, ready) },
  deno: { fresh: false, start: (bundle, ready) => startModule('deno', bundle, ready) },
  bun: { fresh: false, start: (bundle, ready) => startModule('bun', bundle, ready) },
};

module.exports = { PEERS };
