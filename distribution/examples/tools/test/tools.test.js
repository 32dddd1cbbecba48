'use strict';

const assert = require('assert');
const { spawn, spawnSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');
const test = require('node:test');
const { packageMim } = require('../package-mim');

const PROGRAM = 'mimikModule.exports = function () {};\n';

function project(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mim-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.writeFileSync(path.join(folder, 'package.json'), '{"name":"try-v1","version":"1.2.3"}');
  fs.writeFileSync(path.join(folder, 'deploy.json'), '{"name":"try-v1","image":"try-v1"}');
  fs.writeFileSync(path.join(folder, 'index.js'), PROGRAM);
  return folder;
}

/** name -> content, after checking what a strict reader checks. */
function untar(bytes) {
  const files = {};
  let at = 0;
  while (bytes[at] !== 0) {
    const header = Buffer.from(bytes.subarray(at, at + 512));
    const number = (from, to) => parseInt(header.toString('latin1', from, to), 8);
    const [checksum, size] = [number(148, 156), number(124, 136)];
    header.fill(' ', 148, 156);
    assert.strictEqual(header.reduce((sum, byte) => sum + byte, 0), checksum);
    assert.strictEqual(header.toString('latin1', 257, 265), 'ustar\u000000');
    files[header.toString('latin1', 0, 100).replace(/\0.*/, '')] = bytes.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  assert.strictEqual(bytes.length - at, 1024);
  return files;
}

test('an image has a manifest, a configuration and one layer with the program and its map', (t) => {
  const folder = project(t);
  fs.writeFileSync(path.join(folder, 'index.js.map'), '{}');
  const file = packageMim(folder, 'index.js');
  assert.strictEqual(file, path.join(folder, 'target', 'try-v1-1.2.3.tar'));

  const image = untar(fs.readFileSync(file));
  const [{ Config, RepoTags, Layers }] = JSON.parse(image['manifest.json']);
  assert.deepStrictEqual(RepoTags, ['try-v1:1.2.3']);
  const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');
  assert.strictEqual(Config, `${sha256(image[Config])}.json`);
  assert.deepStrictEqual(JSON.parse(image[Config]).rootfs.diff_ids, [`sha256:${sha256(image[Layers[0]])}`]);

  const layer = untar(image[Layers[0]]);
  assert.deepStrictEqual(Object.keys(layer), ['index.js', 'index.js.map']);
  assert.strictEqual(layer['index.js'].toString(), PROGRAM);
});

test('the same program gives the same bytes', (t) => {
  const [first, second] = [project(t), project(t)].map((folder) => fs.readFileSync(packageMim(folder, 'index.js')));
  assert.ok(first.equals(second));
});

test('more than ES5 is refused with its place', (t) => {
  const folder = project(t);
  fs.writeFileSync(path.join(folder, 'new.js'), 'var a;\nvar f = () => a;\n');
  const check = (file) => spawnSync(process.execPath, [path.join(__dirname, '..', 'check-es5.js'), file],
    { cwd: folder, encoding: 'utf8' });
  assert.strictEqual(check('index.js').status, 0);
  const refused = check('new.js');
  assert.strictEqual(refused.status, 1);
  assert.match(refused.stderr, /new\.js is not an ES5 script: .*\(2:/);
});

/** Resolves {code, stdout, stderr}; not spawnSync, because the node below lives in this process. */
function deploy(folder, url) {
  const keyFile = path.join(folder, 'key.env');
  fs.writeFileSync(keyFile, 'MCM_API_KEY=secret\nACCOUNT_API_KEY=other\n');
  const env = { ...process.env, MIMOSA_URL: url, MIMOSA_API_KEY_FILE: keyFile };
  const child = spawn(process.execPath, [path.join(__dirname, '..', 'deploy-mim.js')], { cwd: folder, env });
  const output = { stdout: '', stderr: '' };
  ['stdout', 'stderr'].forEach((name) => child[name].on('data', (chunk) => { output[name] += chunk; }));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...output })));
}

async function node(t, answer) {
  const calls = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    calls.push({ request, body: Buffer.concat(chunks) });
    const [status, value] = answer(request.url);
    response.writeHead(status).end(JSON.stringify(value));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { calls, url: `127.0.0.1:${server.address().port}` };
}

test('a mim is uploaded, then started as deploy.json says', async (t) => {
  const folder = project(t);
  const image = fs.readFileSync(packageMim(folder, 'index.js'));
  const mim = { id: 'api-try-v1', state: 'started', env: { 'MCM.BASE_API_PATH': '/api/try/v1' } };
  const { calls, url } = await node(t, () => [200, mim]);
  const { code, stdout, stderr } = await deploy(folder, url);

  assert.strictEqual(stderr, '');
  assert.strictEqual(code, 0);
  assert.strictEqual(stdout, `api-try-v1 is started at http://${url}/api/try/v1\n`);
  assert.deepStrictEqual(calls.map(({ request }) => `${request.method} ${request.url} ${request.headers.authorization}`),
    ['POST /mcm/v1/images Bearer secret', 'POST /mcm/v1/mims Bearer secret']);
  assert.match(calls[0].body.toString('latin1'), /name="image"; filename="try-v1-1\.2\.3\.tar"/);
  assert.ok(calls[0].body.includes(image));
  assert.deepStrictEqual(JSON.parse(calls[1].body), { name: 'try-v1', image: 'try-v1' });
});

test('what keeps a mim from being deployed is told in one sentence', async (t) => {
  const folder = project(t);
  packageMim(folder, 'index.js');
  const { url } = await node(t, () => [403, { error: { code: 403, message: 'wrong key' } }]);
  const refused = await deploy(folder, url);
  assert.deepStrictEqual([refused.code, refused.stderr],
    [1, `not deployed: http://${url}/mcm/v1/images answered 403: wrong key\n`]);

  const absent = await deploy(folder, '127.0.0.1:1');
  assert.strictEqual(absent.code, 1);
  assert.match(absent.stderr, /^not deployed: no node answers at http:\/\/127\.0\.0\.1:1\/mcm\S* \(.+\): start one, or name it with MIMOSA_URL\n$/);
});
