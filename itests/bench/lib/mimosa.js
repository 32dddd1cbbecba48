// A node of the distribution in a home of its own.
'use strict';

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { distribution, target } = require('./places');
const { freePort, start } = require('./processes');

/**
 * Starts a node.
 *
 * @param mims programs by name, deployed one after the other; see image for what a program may be
 * @param properties a line of configuration by PID
 */
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
  Object.assign(node, { home, key });
  try {
    for (const [name, program] of Object.entries(mims)) {
      await deploy(node, image(name, program));
    }
  } catch (e) {
    await node.stop();
    throw e;
  }
  return node;
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

/** Has the class cache made unless there is one newer than the bundles: nodes would make it while they are measured. */
function makeClassCache() {
  const cache = path.join(distribution(), 'cache/classes.aot');
  const made = fs.existsSync(cache) ? fs.statSync(cache).mtimeMs : 0;
  const jars = ['lib', 'bundles'].map((folder) => path.join(distribution(), folder))
    .flatMap((folder) => fs.readdirSync(folder).map((name) => fs.statSync(path.join(folder, name)).mtimeMs));
  if (made < Math.max(...jars)) {
    console.log('making the class cache of the distribution');
    execFileSync(path.join(distribution(), 'bin/mimosa'), ['cache'], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

/**
 * The image of a program.
 *
 * @param program a file, or { file, content, env }: content in place of that of the file, variables of the mim
 */
function image(name, program) {
  const { file, content, env } = typeof program === 'string' ? { file: program } : program;
  const tar = path.join(target, 'images', `${name}-v1-1.0.0.tar`);
  const payload = path.extname(file) === '.wasm' ? 'index.wasm' : 'index.js';
  const layer = path.join(target, 'images', name);
  fs.mkdirSync(layer, { recursive: true });
  fs.writeFileSync(path.join(layer, payload), content || fs.readFileSync(file));
  execFileSync('tar', ['-cf', tar, '-C', layer, payload]);
  const form = new FormData();
  form.set('image', new Blob([fs.readFileSync(tar)]), path.basename(tar));
  fs.rmSync(layer, { recursive: true });
  fs.rmSync(tar);
  return { name, form, env };
}

/** Deploys an image, which then answers at /api/<name>/v1. */
async function deploy(node, { name, form, env }) {
  await call(node, '/mcm/v1/images', form);
  await call(node, '/mcm/v1/mims', JSON.stringify({
    name,
    image: `${name}-v1`,
    env: { 'MCM.BASE_API_PATH': `/${name}/v1`, ...env },
  }));
}

async function call(node, urlPath, body) {
  const answer = await fetch(`http://127.0.0.1:${node.port}${urlPath}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${node.key}` },
    body,
  });
  if (answer.status !== 200) {
    throw new Error(`POST ${urlPath}: ${answer.status} ${await answer.text()}`);
  }
  await answer.arrayBuffer(); // Frees the connection.
}

module.exports = { deploy, image, makeClassCache, restart, startMimosa };
