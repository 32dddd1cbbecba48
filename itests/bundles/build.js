// Bundles the mims, unless nothing has changed since the last time.
// Needs the npm registry only when package-lock.json has changed since the last install.
//
// Arguments: the folder that gets <name>/index.js and its source map; skipTests=true does nothing.
'use strict';

const { spawnSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const LOCK = path.join(__dirname, 'package-lock.json');
// Inside node_modules, so that it goes when they go, and stays when build output is cleaned.
const INSTALLED = path.join(__dirname, 'node_modules', '.installed-lock-sha256');

function main(output) {
  install();
  const built = fs.statSync(path.join(output, 'built'), { throwIfNoEntry: false });
  if (built && filesIn(__dirname).every((file) => fs.statSync(file).mtimeMs < built.mtimeMs)) {
    return;
  }
  console.log('bundling the mims of the tests');
  fs.rmSync(output, { recursive: true, force: true });
  run('npm', 'run', '--silent', 'build', '--', '--output-path', output);
  fs.writeFileSync(path.join(output, 'built'), '');
}

function install() {
  const lock = crypto.createHash('sha256').update(fs.readFileSync(LOCK)).digest('hex');
  if (!fs.existsSync(INSTALLED) || fs.readFileSync(INSTALLED, 'utf8') !== lock) {
    run('npm', 'ci', '--prefer-offline', '--no-progress', '--loglevel=error');
    fs.writeFileSync(INSTALLED, lock);
  }
}

function filesIn(file) {
  if (!fs.statSync(file).isDirectory()) {
    return [file];
  }
  const names = fs.readdirSync(file).filter((name) => name !== 'node_modules');
  return names.flatMap((name) => filesIn(path.join(file, name)));
}

/** Ends the process when the command fails, with what it has said. */
function run(command, ...args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: __dirname,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(error ? error.message : `${stdout}${stderr}`);
    console.error(`${command} ${args.join(' ')} failed in ${__dirname}`);
    process.exit(1);
  }
}

if (!process.argv.includes('skipTests=true')) {
  main(path.resolve(process.argv[2]));
}
