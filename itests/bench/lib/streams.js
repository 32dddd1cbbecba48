// Many streams of server-sent events that wait, and what they cost the requests beside them.
'use strict';

const http = require('http');
const { figures, load } = require('./load');
const { startMimosa } = require('./mimosa');
const { startNode } = require('./peers');
const { program } = require('./programs');
const { medians } = require('./table');

const OPENED_AT_ONCE = 50;

const SERVERS = [
  {
    name: 'mimosa',
    streams: '/api/stream/v1',
    hello: '/api/hello/v1',
    start: () => startMimosa(
      { hello: program('a'), stream: { file: program('stream'), env: { 'MCM.MAX_EXECUTION_TIME_SEC': '600' } } },
      { 'mimosa.limits': 'concurrency = 10000' },
    ),
  },
  {
    name: 'node:http',
    streams: '/stream',
    hello: '',
    start: () => startNode('streams-node', '/hello/ada', program('a')),
  },
];

/** One stream: opened resolves with the first event, ended with all events when the server ends it properly. */
function open(port, path) {
  let received = '';
  let first;
  const opened = new Promise((resolve) => { first = resolve; });
  const ended = new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent: false }, (answer) => {
      answer.setEncoding('utf8');
      answer.on('data', (data) => {
        received += data;
        first();
      });
      answer.on('end', () => resolve(received));
      answer.on('error', reject);
    });
    request.on('error', reject);
  });
  ended.catch(() => {}); // Whoever waits for it is told.
  return { opened: Promise.race([opened, ended]), ended, hasEnded: () => received.includes('last') };
}

async function openAll(port, path, count) {
  const streams = [];
  while (streams.length < count) {
    const some = Array.from({ length: Math.min(OPENED_AT_ONCE, count - streams.length) }, () => open(port, path));
    await Promise.all(some.map((stream) => stream.opened));
    streams.push(...some);
  }
  return streams;
}

async function turns(server, path, settings) {
  const results = [];
  for (let round = 0; round < settings.rounds; round++) {
    results.push(figures(await load(server, path, '"hello":"ada"', settings.seconds, settings.connections)));
  }
  return medians(results);
}

/** Rows for one server: requests alone, and beside streams, each of which has to get its first and its last event. */
async function measure({ name, streams: streamPath, hello, start }, count, settings) {
  const server = await start();
  try {
    const path = `${hello}/hello/ada`;
    await load(server, path, '"hello":"ada"', settings.warmUp.seconds, settings.connections);
    const alone = { name, ...await turns(server, path, settings) };
    const before = server.residentBytes();
    // What opening takes on a slow machine, and the load.
    const millis = (settings.rounds * settings.seconds + 2 + count / 100) * 1000;
    const streams = await openAll(server.port, `${streamPath}/${millis}`, count);
    const kibEach = Math.max(0, (server.residentBytes() - before) / 1024 / count);
    const beside = { name: `${name}, ${count} streams`, ...await turns(server, path, settings), kibEach };
    if (streams.some((stream) => stream.hasEnded())) {
      throw new Error(`streams ended during the load, after ${millis} ms: the machine is too slow for ${count}`);
    }
    for (const stream of streams) {
      const events = await stream.ended;
      if (events !== 'data: first\n\ndata: last\n\n') {
        throw new Error(`a stream got ${JSON.stringify(events)}`);
      }
    }
    return [alone, beside];
  } finally {
    await server.stop();
  }
}

async function streams(settings) {
  const rows = [];
  const missing = [];
  for (const server of SERVERS) {
    try {
      rows.push(...await measure(server, settings.short ? 200 : 2000, settings));
    } catch (e) {
      missing.push(`${server.name}: ${e.message}`);
    }
  }
  return { rows, missing };
}

module.exports = { streams };
