'use strict';

const assert = require('assert');
const test = require('node:test');
const { runMim } = require('../../tools/run-mim');

const get = (url, env) => runMim('src/index.js', { url, env, info: { serviceType: 'api-hello-v1' } });

test('greets the world', async () => {
  const { status, headers, body } = await get('/');
  assert.strictEqual(status, 200);
  assert.strictEqual(headers['content-type'], 'application/json');
  assert.deepStrictEqual(JSON.parse(body), { message: 'Hello, world!', mim: 'api-hello-v1' });
});

test('greets by name, with the greeting of its env', async () => {
  const { body } = await get('/?x=1&name=Zo%C3%AB', { GREETING: 'Salut' });
  assert.strictEqual(JSON.parse(body).message, 'Salut, Zoë!');
});

test('refuses a name that cannot be decoded', async () => {
  const { status, body } = await get('/?name=%E0');
  assert.strictEqual(status, 400);
  assert.match(JSON.parse(body).error.message, /percent-encoding/);
});
