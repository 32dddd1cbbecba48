'use strict';

const assert = require('assert');
const test = require('node:test');
const { runMim } = require('../../tools/run-mim');

const get = (url, env) => runMim('target/index.js', { url, env });

test('sends the events that were asked for, then ends', async () => {
  const { status, headers, writes } = await get('/?n=2');
  assert.strictEqual(status, 200);
  assert.strictEqual(headers['content-type'], 'text/event-stream');
  assert.strictEqual(writes.length, 2);
  writes.forEach((event, i) => {
    const [, id, time] = /^id: (\d+)\ndata: (\S+)\n\n$/.exec(event);
    assert.strictEqual(id, String(i + 1));
    assert.ok(!Number.isNaN(Date.parse(time)));
  });
});

test('refuses what is no count, or what would outlast the time limit', async () => {
  for (const n of ['0', '-1', 'x', '', '1.5', '30', '1e1']) {
    const { status, body } = await get(`/?n=${n}`);
    assert.strictEqual(status, 400, n);
    assert.strictEqual(JSON.parse(body).error.message, 'n must be a whole number from 1 to 29');
  }
  const { body } = await get('/?n=0', { 'MCM.MAX_EXECUTION_TIME_SEC': '60' });
  assert.match(body, /from 1 to 59/);
});
