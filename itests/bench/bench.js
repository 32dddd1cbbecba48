// Runs the benchmarks and prints a table for each workload; see run for the arguments.
//
// Mimosa and its peers are started one after the other and take turns for some rounds, so that whatever else the machine
// does hits all of them; the tables show medians. On a machine that is not quiet, trust the processor time per request.
'use strict';

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { parseArgs } = require('util');
const { bench, target } = require('./lib/places');
const { PEERS } = require('./lib/peers');
const { coldStarts } = require('./lib/cold-start');
const { get } = require('./lib/processes');
const { table, median } = require('./lib/table');
const { wrk } = require('./lib/wrk');


const BUNDLES = {
  A: path.join(bench, 'mims/a.js'),
  B: path.join(target, 'bundles/b.js'),
  C: path.join(target, 'bundles/c.js'),
  'wasm hello': path.join(target, 'bundles/hello.wasm'),
  'wasm fib': path.join(target, 'bundles/fib.wasm'),
  'wasm sha256': path.join(target, 'bundles/sha256.wasm'),
};

const ALL = ['mimosa', 'node:http', 'node vm.Context', 'express', 'workerd', 'deno', 'bun'];
const JS = ['mimosa', 'node:http', 'node vm.Context'];
const FRESH = ['mimosa', 'node WebAssembly'];
const SHA256 = '4b5de870707f5b606d551481fb74ac3fee67ae07ac91a5e808dd2d67f0994636'; // as OpenSSL has it
const WORKLOADS = [
  { name: 'hello A', bundle: 'A', path: '/hello/ada?lang=en', answer: '"hello":"ada"', peers: ALL },
  { name: 'hello B', bundle: 'B', path: '/hello/ada', answer: '"hello":"ada"', peers: JS },
  { name: 'hello C', bundle: 'C', path: '/hello/ada', answer: '"hello":"ada"', peers: JS },
  { name: 'fib(27)', bundle: 'A', path: '/fib/27', answer: '"fib":196418', peers: JS, connections: 4 },
  { name: 'WebAssembly hello', bundle: 'wasm hello', path: '/', answer: '"hello":"ada","n":1}', peers: FRESH },
  { name: 'WebAssembly fib(27)', bundle: 'wasm fib', path: '/', answer: '196418', peers: FRESH, connections: 4 },
  { name: 'WebAssembly SHA-256 of 640 KiB', bundle: 'wasm sha256', path: '/', answer: SHA256, peers: FRESH, connections: 4 },
];

function options() {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string', default: '32' },
      json: { type: 'string' },
      compare: { type: 'string' },
    },
  });
  return {
    only: values.only,
    rounds: Number(values.rounds || (values.short ? 2 : 5)),
    seconds: Number(values.seconds || (values.short ? 2 : 8)),
    warmUp: values.short ? 5 : 10,
    connections: Number(values.connections),
    json: values.json,
    earlier: values.compare ? JSON.parse(fs.readFileSync(values.compare, 'utf8')) : null,
    short: values.short,
  };
}

function bundle() {
  const tool = (name, ...args) => execFileSync(path.join(target, 'node_modules/.bin', name), args);
  if (!fs.existsSync(BUNDLES.B) || !fs.existsSync(BUNDLES.C)) {
    tool('webpack', '--config', path.join(bench, 'webpack.config.js'));
  }
  for (const name of ['hello', 'fib', 'sha256']) {
    tool('wat2wasm', path.join(bench, 'mims/wasm', `${name}.wat`), '-o', BUNDLES[`wasm ${name}`]);
  }
}

/** One turn: requests, processor time, latencies. */
async function turn(server, peer, workload, seconds, settings) {
  const connections = workload.connections || settings.connections;
  const urlPath = (peer.prefix || '') + workload.path;
  const before = server.cpuSeconds();
  // A fresh instance of a bundle that counts answers 1 each time.
  const expected = peer.fresh && workload.bundle.length === 1 ? '"n":1}' : workload.answer;
  const result = await wrk(server.port, urlPath, expected, seconds, connections);
  return {
    perSecond: result.requests / result.seconds,
    cpuMicros: ((server.cpuSeconds() - before) * 1e6) / result.requests,
    p50: result.p50,
    p99: result.p99,
    residentMiB: server.residentBytes() / (1 << 20),
  };
}

async function compare(workload, settings) {
  const servers = new Map();
  const turns = new Map();
  const missing = [];
  try {
    for (const name of workload.peers) {
      try {
        const server = await PEERS[name].start(BUNDLES[workload.bundle], workload.path);
        servers.set(name, server);
        const answer = await get(server.port, (PEERS[name].prefix || '') + workload.path);
        if (!answer.body.includes(workload.answer)) {
          throw new Error(`answers ${answer.status} ${answer.body}`);
        }
        await turn(server, PEERS[name], workload, settings.warmUp, settings);
        turns.set(name, []);
      } catch (e) {
        missing.push(`${name}: ${e.message}`);
      }
    }
    for (let round = 0; round < settings.rounds; round++) {
      for (const [name, results] of turns) {
        results.push(await turn(servers.get(name), PEERS[name], workload, settings.seconds, settings));
      }
    }
  } finally {
    for (const server of servers.values()) {
      await server.stop();
    }
  }
  const rows = [...turns].map(([name, results]) => {
    const row = { name, state: PEERS[name].fresh ? 'fresh' : 'kept' };
    for (const key of Object.keys(results[0])) {
      row[key] = median(results.map((result) => result[key]));
    }
    return row;
  });
  return { workload: workload.name, rows, missing };
}

function print(comparison, earlier) {
  const own = comparison.rows.find((row) => row.name === 'mimosa');
  console.log(`\n${comparison.workload}`);
  console.log(table(
    ['', 'state', 'requests/s', 'CPU µs/request', 'p50 ms', 'p99 ms', 'RSS MiB', 'CPU of mimosa is'],
    comparison.rows.map((row) => [row.name, row.state, row.perSecond.toFixed(0), row.cpuMicros.toFixed(1),
      row.p50.toFixed(2), row.p99.toFixed(2), row.residentMiB.toFixed(0),
      own && row !== own ? `${(row.cpuMicros / own.cpuMicros).toFixed(2)} x better` : '']),
  ));
  comparison.missing.forEach((line) => console.log(`  missing: ${line}`));
  const before = earlier && earlier.comparisons.find((old) => old.workload === comparison.workload);
  const then = before && before.rows.find((row) => row.name === 'mimosa');
  if (own && then) {
    console.log(`  mimosa before: ${then.cpuMicros.toFixed(1)} µs, now ${(own.cpuMicros / then.cpuMicros).toFixed(2)} x that`);
  }
}

async function main() {
  const settings = options();
  bundle();
  const comparisons = [];
  let failed = false;
  for (const workload of WORKLOADS.filter(({ name }) => name.includes(settings.only))) {
    const comparison = await compare(workload, settings);
    print(comparison, settings.earlier);
    comparisons.push(comparison);
    failed = failed || !comparison.rows.some((row) => row.name === 'mimosa');
  }
  let starts = null;
  if ('cold start'.includes(settings.only)) {
    starts = await coldStarts(settings.short ? [0, 5] : [0, 5, 100], settings.rounds);
    console.log('\ncold start: bin/mimosa run to the first answer');
    console.log(table(['mims', 'ms', 'CPU ms', 'RSS MiB'], starts.map((row) =>
      [row.mims, row.millis.toFixed(0), row.cpuMillis.toFixed(0), row.residentMiB.toFixed(0)])));
  }
  if (settings.json) {
    fs.writeFileSync(settings.json, `${JSON.stringify({ date: new Date().toISOString(), comparisons, starts }, null, 2)}\n`);
  }
  process.exitCode = failed ? 1 : 0;
}

main().catch((e) => {
  console.error(`bench: ${e.message}`);
  process.exitCode = 1;
});
