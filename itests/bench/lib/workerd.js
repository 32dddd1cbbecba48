// workerd with a module, and what that needs beside it.
'use strict';

const fs = require('fs');
const path = require('path');
const { target } = require('./places');

const folder = path.join(target, 'workerd');

/**
 * Writes the configuration for a module; the arguments that workerd is started with.
 *
 * @param file the module
 * @param wasm a WebAssembly module that it imports as ./module.wasm, if any
 * @param kept what env.KEPT is
 * @param storage whether its class Store is one of Durable Objects, whose storage is on the disk
 */
function configure(file, port, { wasm, kept, storage } = {}) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.join(folder, 'storage'), { recursive: true });
  fs.copyFileSync(file, path.join(folder, 'module.mjs'));
  const modules = ['(name = "module.mjs", esModule = embed "module.mjs")'];
  const bindings = kept ? ['(name = "KEPT", text = "true")'] : [];
  const more = [];
  const services = [];
  if (wasm) {
    fs.copyFileSync(wasm, path.join(folder, 'module.wasm'));
    modules.push('(name = "module.wasm", wasm = embed "module.wasm")');
  }
  if (storage) {
    bindings.push('(name = "STORE", durableObjectNamespace = "Store")');
    more.push('durableObjectNamespaces = [(className = "Store", uniqueKey = "bench", enableSql = true)],');
    more.push('durableObjectStorage = (localDisk = "disk"),');
    services.push(`(name = "disk", disk = (path = "${path.join(folder, 'storage')}", writable = true))`);
  }
  services.push(`(name = "main", worker = (
    modules = [${modules.join(', ')}],
    bindings = [${bindings.join(', ')}],
    ${more.join('\n    ')}
    compatibilityDate = "2025-10-01"))`);
  const config = path.join(folder, 'config.capnp');
  fs.writeFileSync(config, `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${services.join(',\n  ')}],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
`);
  return ['serve', config];
}

module.exports = { configure };
