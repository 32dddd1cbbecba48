'use strict';

const assert = require('assert');
const test = require('node:test');
const { newStorage, runMim } = require('../../tools/run-mim');

function client() {
  const storage = newStorage();
  return async (method, url, value) => {
    const body = value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
    const answer = await runMim('target/index.js', { method, url, body, storage });
    return { ...answer, json: answer.body === '' ? undefined : JSON.parse(answer.body) };
  };
}

const messageOf = ({ json }) => json.error.message;

test('a note is added, read, replaced and removed', async () => {
  const call = client();
  const added = await call('POST', '/notes', { text: 'milk', tag: 'home' });
  assert.strictEqual(added.status, 201);
  assert.strictEqual(added.headers.location, '/api/test/v1/notes/1');
  assert.strictEqual(added.headers['content-type'], 'application/json');
  assert.deepStrictEqual(added.json, { id: 1, text: 'milk', tag: 'home' });

  assert.deepStrictEqual((await call('GET', '/notes/1')).json, added.json);
  const replaced = await call('PUT', '/notes/1', { text: 'bread' });
  assert.deepStrictEqual([replaced.status, replaced.json], [200, { id: 1, text: 'bread', tag: '' }]);
  assert.deepStrictEqual((await call('GET', '/notes?tag=home')).json, []);

  const removed = await call('DELETE', '/notes/1');
  assert.deepStrictEqual([removed.status, removed.body], [204, '']);
  assert.strictEqual((await call('GET', '/notes/1')).status, 404);
});

test('ids are never given twice', async () => {
  const call = client();
  await call('POST', '/notes', { text: 'a' });
  await call('DELETE', '/notes/1');
  assert.strictEqual((await call('POST', '/notes', { text: 'b' })).json.id, 2);
});

test('notes are listed whole, by tag and as counts', async () => {
  const call = client();
  for (const [text, tag] of [['a', 'x y'], ['b', 'é'], ['c', 'x y'], ['d', undefined]]) {
    await call('POST', '/notes', { text, tag });
  }
  const texts = async (url) => (await call('GET', url)).json.map(({ text }) => text).join('');
  assert.strictEqual(await texts('/notes'), 'abcd');
  assert.strictEqual(await texts('/notes?tag=x+y'), 'ac');
  assert.strictEqual(await texts('/notes/?tag=%C3%A9'), 'b');
  assert.strictEqual(await texts('/notes?tag='), 'd');
  assert.strictEqual(await texts('/tags/x%20y'), 'ac');
  assert.deepStrictEqual((await call('GET', '/tags')).json, [{ tag: 'x y', notes: 2 }, { tag: 'é', notes: 1 }]);

  assert.strictEqual((await call('DELETE', '/tags/x%20y')).status, 204);
  assert.strictEqual(await texts('/notes'), 'bd');
});

test('wrong input is refused with a reason', async () => {
  const call = client();
  const cases = [
    ['', /not JSON/], ['{', /not JSON/], ['null', /JSON object/], ['[]', /JSON object/], [{}, /text must be/],
    [{ text: '' }, /text must be/], [{ text: 'x'.repeat(10001) }, /text must be/],
    [{ text: 'x', tag: 5 }, /tag must be/], [{ text: 'x', tag: 'x'.repeat(65) }, /tag must be/],
  ];
  for (const [body, reason] of cases) {
    const answer = await call('POST', '/notes', body);
    assert.strictEqual(answer.status, 400);
    assert.match(messageOf(answer), reason);
  }
  assert.strictEqual((await call('GET', '/notes?tag=a&tag=b')).status, 400);
  assert.strictEqual((await call('GET', '/notes/%E0')).status, 400);
  assert.deepStrictEqual((await call('GET', '/notes')).json, []);
});

test('an unknown note or route is a JSON 404', async () => {
  const call = client();
  for (const method of ['GET', 'DELETE']) {
    assert.strictEqual(messageOf(await call(method, '/notes/7')), "no note '7'");
  }
  assert.strictEqual((await call('PUT', '/notes/7', { text: 'x' })).status, 404);
  const nowhere = await call('PATCH', '/nowhere?x=1');
  assert.deepStrictEqual([nowhere.status, messageOf(nowhere)], [404, 'no route for PATCH /nowhere?x=1']);
});

test('a full store is told, and a defect is left to the runtime', async () => {
  const failing = (error) => ({ ...newStorage(), lockExecute() { throw error; } });
  const post = (storage) => runMim('target/index.js', { method: 'POST', url: '/notes', body: '{"text":"x"}', storage });
  const full = Object.assign(new Error('totalBytes'), { name: 'QuotaExceededError' });
  assert.strictEqual((await post(failing(full))).status, 507);
  await assert.rejects(post(failing(new Error('defect'))), /defect/);
});
