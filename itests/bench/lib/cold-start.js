// From the command to the first answer of a mim, and what a node with many mims needs of the memory.
'use strict';

const { changed } = require('./deployments');
const { get, sleep } = require('./processes');
const { deploy, image, restart, startMimosa } = require('./mimosa');
const { program } = require('./programs');
const { medians } = require('./table');

const DEPLOYED_AT_ONCE = 4;
const MOST_MILLIS = 300000;

/** Rows for each number of mims: medians of some starts of a node that has them. */
async function coldStarts(settings) {
  const rows = [];
  const missing = [];
  for (const mims of settings.short ? [0, 5] : [0, 5, 1000]) {
    try {
      const many = mims > 100;
      const row = { name: `${mims} mims`, ...await measure(mims, many ? Math.min(3, settings.rounds) : settings.rounds) };
      if (many && rows.length > 0) {
        row.kibEach = ((row.idleMiB - rows[0].idleMiB) * 1024) / mims; // What there is more than without mims.
      }
      rows.push(row);
    } catch (e) {
      missing.push(`${mims} mims: ${e.message}`);
    }
  }
  return { rows, missing };
}

async function measure(mims, rounds) {
  const first = await startMimosa({});
  try {
    await deployAll(first, mims);
  } finally {
    await first.stop();
  }
  const starts = [];
  for (let round = 0; round < rounds; round++) {
    starts.push(await coldStart(first, mims));
  }
  return medians(starts);
}

/** Deploys as many mims, each of an image of its own. */
async function deployAll(node, mims) {
  const file = program('a');
  const deadline = Date.now() + MOST_MILLIS;
  let next = 0;
  const deployNext = async () => {
    while (next < mims) {
      if (Date.now() > deadline) {
        throw new Error(`only ${next} mims were deployed within ${MOST_MILLIS / 1000} s`);
      }
      const name = `m${next++}`;
      await deploy(node, image(name, { file, content: changed(file, name) }));
    }
  };
  await Promise.all(Array.from({ length: DEPLOYED_AT_ONCE }, deployNext));
}

async function coldStart({ home, port }, mims) {
  const begin = process.hrtime.bigint();
  const node = await restart(home, port, mims > 0 ? `/api/m${mims - 1}/v1/hello/ada` : '/health/ready');
  try {
    const millis = Number(process.hrtime.bigint() - begin) / 1e6;
    const row = { millis, cpuMillis: node.cpuSeconds() * 1000, residentMiB: node.residentBytes() / (1 << 20) };
    await untilQuiet(node);
    row.idleMiB = node.residentBytes() / (1 << 20);
    await checkAll(port, mims);
    return row;
  } finally {
    await node.stop();
  }
}

/** Waits, half a minute at most, until what goes on after the first answer is done: less than 5 % of a processor in use. */
async function untilQuiet(node) {
  for (let second = 0; second < 30; second++) {
    const before = node.cpuSeconds();
    await sleep(1000);
    if (node.cpuSeconds() - before < 0.05) {
      return;
    }
  }
}

async function checkAll(port, mims) {
  const paths = ['/health/ready'];
  for (let i = 0; i < mims; i++) {
    paths.push(`/api/m${i}/v1/hello/ada`);
  }
  for (const path of paths) {
    const answer = await get(port, path);
    if (answer.status !== 200) {
      throw new Error(`${path} answers ${answer.status} ${answer.body}`);
    }
  }
}

module.exports = { coldStarts };
