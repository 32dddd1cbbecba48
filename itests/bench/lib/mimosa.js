// A node of the distribution in a home of its own.
'use strict';

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { distribution, target } = require('./places');
const { freePort, start } = require('./processes');

/** Starts a node; mims are programs by name. */
async function startMimosa(mims, properties = {}) {
  const home = path.join(target, 'home');
  fs.rmSync(home, { recursive: true, force: true });
  fs.cpSync(path.join(distribution(), 'config'), path.join(home, 'config'), { recursive: true });
  const port = await freePort();
  const all = { 'mimosa.gateway': `port = ${port}`, ...properties };
  for (const [pid, line] of Object.entries(all)) {
    fs.appendFileSync(path.join(home, 'config', `${pid}.cfg`), `\n${line}\n`);
  }
  const node = await restart(home, port);
  const key = /MCM_API_KEY=(.*)/.exec(fs.readFileSync(path.join(home, 'mimosa-api-key.env'), 'utf8'))[1];
  try {
    for (const [name, file] of Object.entries(mims)) {
      await deploy(port, key, name, file);
    }
  } catch (e) {
    await node.stop();
    throw e;
  }
  return Object.assign(node, { home });
}

/** Starts a node on a home that has been used before; answers once the path does. */
function restart(home, port, ready = '/health/ready') {
  return start(path.join(distribution(), 'bin/mimosa'), ['run'], {
    port,
    ready,
    env: { MIMOSA_HOME: home },
    cwd: home,
    log: path.join(home, 'console.txt'),
  });
}

/** Deploys a program, which then answers at /api/<name>/v1. */
async function deploy(port, key, name, file) {
  const image = path.join(target, 'images', `${name}-v1-1.0.0.tar`);
  const payload = path.extname(file) === '.wasm' ? 'index.wasm' : 'index.js';
  const layer = path.join(target, 'images', name);
  fs.mkdirSync(layer, { recursive: true });
  fs.copyFileSync(file, path.join(layer, payload));
  execFileSync('tar', ['-cf', image, '-C', layer, payload]);
  const form = new FormData();
  form.set('image', new Blob([fs.readFileSync(image)]), path.basename(image));
  await call(port, key, '/mcm/v1/images', form);
  await call(port, key, '/mcm/v1/mims', JSON.stringify({
    name,
    image: `${name}-v1`,
    env: { 'MCM.BASE_API_PATH': `/${name}/v1` },
  }));
}

async function call(port, key, urlPath, body) {
  const answer = await fetch(`http://127.0.0.1:${port}${urlPath}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}` },
    body,
  });
  if (answer.status !== 200) {
    throw new Error(`POST ${urlPath}: ${answer.status} ${await answer.text()}`);
  }
}

module.exports = { startMimosa, restart };
