'use strict';

const assert = require('assert');
const test = require('node:test');
const { newStorage, runMim } = require('../tools/run-mim');

test('an item is kept, listed and removed', async () => {
  const storage = newStorage();
  const call = (method, url, body) => runMim('target/index.js', { method, url, body, storage });

  assert.strictEqual((await call('PUT', '/items/a', 'first')).status, 200);
  assert.deepStrictEqual(JSON.parse((await call('GET', '/items/a')).body), { name: 'a', text: 'first' });
  assert.deepStrictEqual(JSON.parse((await call('GET', '/')).body).items, ['a']);

  assert.strictEqual((await call('DELETE', '/items/a')).status, 204);
  assert.strictEqual((await call('GET', '/items/a')).status, 404);
});

test('an unknown route is answered with 404', async () => {
  assert.strictEqual((await runMim('target/index.js', { url: '/nowhere' })).status, 404);
});
