// Builds, tests and packs those examples whose image is missing or older than what it is made of.
// Needs the npm registry only when package-lock.json has changed since the last install.
//
// Arguments: skipTests=true leaves the tests out.
'use strict';

const { spawnSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { imageFile } = require('./package-mim');

const ROOT = path.dirname(__dirname);
const LOCK = path.join(ROOT, 'package-lock.json');
// Inside node_modules, so that it goes when they go, and stays when build output is cleaned.
const INSTALLED = path.join(ROOT, 'node_modules', '.installed-lock-sha256');
const NOT_SOURCES = ['target', 'node_modules'];

function main(skipTests) {
  install();
  const { workspaces } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const stale = workspaces.map((name) => path.join(ROOT, name)).filter(isStale);
  if (stale.length > 0 && !skipTests && !npm(ROOT, 'run', '--silent', 'test:tools')) {
    fail(`npm run test:tools failed in ${ROOT}`);
  }
  stale.forEach((folder) => build(folder, skipTests));
}

function install() {
  const lock = crypto.createHash('sha256').update(fs.readFileSync(LOCK)).digest('hex');
  if (fs.existsSync(INSTALLED) && fs.readFileSync(INSTALLED, 'utf8') === lock) {
    return;
  }
  if (!npm(ROOT, 'ci', '--prefer-offline', '--no-progress', '--loglevel=error')) {
    fail(`npm ci failed in ${ROOT}: the packages of package-lock.json could not be installed; `
      + 'a first build needs the npm registry, later ones do not');
  }
  fs.writeFileSync(INSTALLED, lock);
}

function isStale(folder) {
  const image = fs.statSync(imageFile(folder).file, { throwIfNoEntry: false });
  const madeOf = [folder, __dirname, LOCK].flatMap(filesIn);
  return !image || madeOf.some((file) => fs.statSync(file).mtimeMs > image.mtimeMs);
}

function filesIn(file) {
  if (!fs.statSync(file).isDirectory()) {
    return [file];
  }
  const names = fs.readdirSync(file).filter((name) => !NOT_SOURCES.includes(name));
  return names.flatMap((name) => filesIn(path.join(file, name)));
}

function build(folder, skipTests) {
  console.log(`building the example ${path.basename(folder)}`);
  if (!npm(folder, 'run', '--silent', 'package')) {
    fail(`npm run package failed in ${folder}`);
  }
  if (!skipTests && !npm(folder, 'test', '--silent')) {
    // Otherwise the next build would take the image for good.
    fs.rmSync(imageFile(folder).file);
    fail(`npm test failed in ${folder}`);
  }
}

/** Runs npm with its output shown only when it fails; whether it succeeded. */
function npm(cwd, ...args) {
  const { status, error, stdout, stderr } = spawnSync('npm', args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(error ? error.message : `${stdout}${stderr}`);
  }
  return status === 0;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

main(process.argv.includes('skipTests=true'));
