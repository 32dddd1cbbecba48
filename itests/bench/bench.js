// Runs the benchmarks and prints a table for each; see README.md for the arguments.
//
// Mimosa and its peers are started one after the other and take turns for some rounds, so that whatever else the machine
// does hits all of them; the tables show medians. On a machine that is not quiet, trust the processor time of a request.
'use strict';

const fs = require('fs');
const { parseArgs } = require('util');
const { coldStarts } = require('./lib/cold-start');
const { compare } = require('./lib/compare');
const { deployments } = require('./lib/deployments');
const { makeClassCache } = require('./lib/mimosa');
const { program } = require('./lib/programs');
const { streams } = require('./lib/streams');
const { table } = require('./lib/table');
const { WORKLOADS } = require('./lib/workloads');

// What is measured, and by which figure runs are compared with earlier ones.
const SECTIONS = [
  ...WORKLOADS.map((workload) => ({ ...workload, key: 'cpuMicros', run: (settings) => compare(workload, settings) })),
  { name: 'idle event streams', key: 'cpuMicros', run: streams, about: 'hello A alone, and beside streams that wait' },
  { name: 'deployment to the first answer', key: 'millis', run: deployments, about: 'of images that are new to the node' },
  { name: 'cold start', key: 'millis', run: coldStarts, about: 'bin/mimosa run to the first answer' },
];

function options() {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      minutes: { type: 'string' },
      connections: { type: 'string', default: '32' },
      json: { type: 'string' },
      compare: { type: 'string' },
    },
  });
  return {
    only: values.only,
    rounds: Number(values.rounds || (values.short ? 1 : 5)),
    seconds: Number(values.seconds || (values.short ? 2 : 8)),
    warmUp: values.short ? { seconds: 1, turns: 0 } : { seconds: 8, turns: 15 },
    minutes: Number(values.minutes || (values.short ? 2.4 : 120)),
    connections: Number(values.connections),
    json: values.json,
    earlier: values.compare ? JSON.parse(fs.readFileSync(values.compare, 'utf8')) : { comparisons: [] },
    short: values.short,
  };
}

function print({ name, key, about }, { rows, missing }, earlier) {
  console.log(`\n${name}${about ? `: ${about}` : ''}`);
  if (rows.length > 0) {
    console.log(table(rows, key));
  }
  missing.forEach((line) => console.log(`  missing: ${line}`));
  const then = earlier.comparisons.find(({ workload }) => workload === name);
  for (const old of then ? then.rows : []) {
    const now = rows.find((row) => row.name === old.name);
    if (now && isOwn(old, key)) {
      console.log(`  ${old.name} before: ${old[key].toFixed(1)}, now ${(now[key] / old[key]).toFixed(2)} x that`);
    }
  }
}

// Where servers are compared the other rows are those of peers.
const isOwn = (row, key) => key === 'millis' || row.name.startsWith('mimosa');

async function main() {
  const settings = options();
  const chosen = SECTIONS.filter(({ name, long }) =>
    name.includes(settings.only) && !(long && settings.short && settings.only === ''));
  makeClassCache();
  chosen.forEach((section) => section.program && program(section.program));
  const deadline = Date.now() + settings.minutes * 60000;
  const comparisons = [];
  let failed = chosen.length === 0;
  for (const section of chosen) {
    if (Date.now() > deadline) {
      console.log(`\n${section.name}: left out, ${settings.minutes} minutes are over`);
      continue;
    }
    const result = await section.run(settings);
    print(section, result, settings.earlier);
    comparisons.push({ workload: section.name, ...result });
    failed = failed || !result.rows.some((row) => isOwn(row, section.key));
  }
  if (settings.json) {
    fs.writeFileSync(settings.json, `${JSON.stringify({ date: new Date().toISOString(), comparisons }, null, 2)}\n`);
  }
  process.exitCode = failed ? 1 : 0;
}

main().catch((e) => {
  console.error(`bench: ${e.message}`);
  process.exitCode = 1;
});
