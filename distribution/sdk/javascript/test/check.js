// Compiles the declarations against the template, the examples and the samples here, with the options of the template.
// Needs the npm registry only when package-lock.json has changed since the last install; does nothing when nothing has
// changed since the last success.
//
// Arguments: skipTests=true does nothing.
'use strict';

const { spawnSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const LOCK = path.join(__dirname, 'package-lock.json');
// Inside node_modules, so that it goes when they go, and stays when build output is cleaned.
const INSTALLED = path.join(__dirname, 'node_modules', '.installed-lock-sha256');
const CHECKED = path.join(__dirname, '..', 'target', 'checked');
const EXAMPLES = path.join(__dirname, '..', '..', '..', 'examples');
const NOT_SOURCES = ['target', 'node_modules'];

function main() {
  install();
  const checked = fs.statSync(CHECKED, { throwIfNoEntry: false });
  const madeOf = [path.dirname(__dirname), EXAMPLES].flatMap(filesIn);
  if (checked && madeOf.every((file) => fs.statSync(file).mtimeMs < checked.mtimeMs)) {
    return;
  }
  console.log('compiling mims against mimosa.d.ts');
  fs.rmSync(CHECKED, { force: true });
  run('npx', '--no-install', 'tsc', '--project', __dirname);
  fs.mkdirSync(path.dirname(CHECKED), { recursive: true });
  fs.writeFileSync(CHECKED, '');
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
  const names = fs.readdirSync(file).filter((name) => !NOT_SOURCES.includes(name));
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
  main();
}
