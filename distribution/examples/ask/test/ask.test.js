'use strict';

const assert = require('assert');
const test = require('node:test');
const { runMim } = require('../../tools/run-mim');

const INFO = { httpPort: '9000', apiRoot: '/acme/ask/v1' };

async function get(url, http) {
  const { status, body } = await runMim('target/index.js', { url, http, info: INFO });
  return { status, ...JSON.parse(body), outer: status };
}

test('asks the other mim of the same client and tells what it said', async () => {
  const http = async ({ url }) => {
    const { status, body } = await runMim('../hello/src/index.js', { url: url.replace(/^.*\/hello\/v1/, '/') });
    return { status, data: body };
  };
  const { outer, asked, status, said } = await get('/?mim=hello&name=Ada', http);
  assert.strictEqual(outer, 200);
  assert.strictEqual(asked, 'http://127.0.0.1:9000/acme/hello/v1?name=Ada');
  assert.strictEqual(status, 200);
  assert.strictEqual(said.message, 'Hello, Ada!');
});

test('asks hello when no mim is named', async () => {
  const { asked } = await get('/', async () => ({ status: 200, data: 'x' }));
  assert.strictEqual(asked, 'http://127.0.0.1:9000/acme/hello/v1');
});

test('an error status is an answer too, and text stays text', async () => {
  const { outer, status, said } = await get('/?mim=notes', async () => ({ status: 404, data: 'nothing' }));
  assert.deepStrictEqual([outer, status, said], [200, 404, 'nothing']);
});

test('no answer at all becomes 502', async () => {
  const { outer, error } = await get('/');
  assert.strictEqual(outer, 502);
  assert.match(error.message, /connection refused/);
});

test('asks nobody else', async () => {
  for (const url of ['/?mim=other', '/?mim=', '/?mim=toString', '/?mim=hello&mim=notes']) {
    const { outer, error } = await get(url);
    assert.strictEqual(outer, 400, url);
    assert.strictEqual(error.message, 'mim must be one of hello, notes');
  }
});
