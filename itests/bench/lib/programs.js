// The programs that the workloads run, by name; made when they are asked for.
'use strict';

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { entry } = require('../webpack.config');
const { bench, target } = require('./places');

const tool = (name, ...args) => execFileSync(path.join(target, 'node_modules/.bin', name), args);
const built = (file) => path.join(target, 'bundles', file);

function packed(file) {
  if (!fs.existsSync(built(file))) {
    tool('webpack', '--config', path.join(bench, 'webpack.config.js'));
  }
  return built(file);
}

function assembled(name) {
  fs.mkdirSync(built('.'), { recursive: true });
  tool('wat2wasm', path.join(bench, 'mims/wasm', `${name}.wat`), '-o', built(`${name}.wasm`));
  return built(`${name}.wasm`);
}

/** The file of a program: a mim of mims/, packed by webpack where it needs packages, or WebAssembly. */
function program(name) {
  if (name in entry) {
    return packed(`${name}.js`);
  }
  return name.endsWith('.wasm') ? assembled(path.basename(name, '.wasm')) : path.join(bench, 'mims', `${name}.js`);
}

module.exports = { program };
