// Copies the transpiler and its licence into a folder of resources.
// Needs the npm registry only when package-lock.json has changed since the last install.
//
// Argument: the folder.
'use strict';

const { spawnSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const LOCK = path.join(__dirname, 'package-lock.json');
const PACKAGE = path.join(__dirname, 'node_modules', '@babel', 'standalone');
// Inside node_modules, so that it goes when they go, and stays when build output is cleaned.
const INSTALLED = path.join(__dirname, 'node_modules', '.installed-lock-sha256');
const FOLDER = path.join('mimosa', 'engine', 'js', 'transpiler');

function main(resources) {
  const lock = crypto.createHash('sha256').update(fs.readFileSync(LOCK)).digest('hex');
  install(lock);
  const target = path.join(resources, FOLDER);
  const stamp = path.join(resources, '.lock-sha256');
  if (isStamped(stamp, lock)) {
    return;
  }
  fs.mkdirSync(target, { recursive: true });
  fs.copyFileSync(path.join(PACKAGE, 'babel.min.js'), path.join(target, 'babel.min.js'));
  fs.copyFileSync(path.join(PACKAGE, 'LICENSE'), path.join(target, 'LICENSE'));
  fs.writeFileSync(stamp, lock);
}

function install(lock) {
  if (isStamped(INSTALLED, lock)) {
    return;
  }
  const { status, error, stdout, stderr } = spawnSync(
    'npm',
    ['ci', '--prefer-offline', '--no-progress', '--ignore-scripts', '--loglevel=error'],
    { cwd: __dirname, encoding: 'utf8', shell: process.platform === 'win32' },
  );
  if (status !== 0) {
    console.error(error ? error.message : `${stdout}${stderr}`);
    console.error(`npm ci failed in ${__dirname}: the packages of package-lock.json could not be installed; `
      + 'a first build needs the npm registry, later ones do not');
    process.exit(1);
  }
  fs.writeFileSync(INSTALLED, lock);
}

function isStamped(file, lock) {
  return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === lock;
}

main(process.argv[2]);
