// From the command to the first answer of a mim.
'use strict';

const path = require('path');
const { bench } = require('./places');
const { get } = require('./processes');
const { restart, startMimosa } = require('./mimosa');
const { median } = require('./table');

/** For each number of mims: medians of some starts of a node that has them. */
async function coldStarts(numbers, rounds) {
  const rows = [];
  for (const mims of numbers) {
    const programs = {};
    for (let i = 0; i < mims; i++) {
      programs[`m${i}`] = path.join(bench, 'mims/a.js');
    }
    const first = await startMimosa(programs);
    await first.stop();
    const starts = [];
    for (let round = 0; round < rounds; round++) {
      starts.push(await coldStart(first.home, first.port, mims));
    }
    const row = { mims };
    for (const key of Object.keys(starts[0])) {
      row[key] = median(starts.map((start) => start[key]));
    }
    rows.push(row);
  }
  return rows;
}

async function coldStart(home, port, mims) {
  const begin = process.hrtime.bigint();
  const node = await restart(home, port, mims > 0 ? `/api/m${mims - 1}/v1/hello/ada` : '/health/ready');
  const millis = Number(process.hrtime.bigint() - begin) / 1e6;
  const row = { millis, cpuMillis: node.cpuSeconds() * 1000, residentMiB: node.residentBytes() / (1 << 20) };
  const answer = await get(port, '/health/live');
  await node.stop();
  if (answer.status !== 200) {
    throw new Error(`the node with ${mims} mims answers ${answer.status} ${answer.body}`);
  }
  return row;
}

module.exports = { coldStarts };
