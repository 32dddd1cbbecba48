// From the upload of an image that the node has never seen to the first answer of the mim.
'use strict';

const fs = require('fs');
const { deploy, image, startMimosa } = require('./mimosa');
const { get } = require('./processes');
const { program } = require('./programs');
const { medians } = require('./table');

const PROGRAMS = [
  { name: 'bundle A', program: 'a', path: '/hello/ada' },
  { name: 'bundle B', program: 'b', path: '/hello/ada', long: true },
  { name: 'WebAssembly hello', program: 'hello.wasm', path: '/' },
];

/** The program with something in it that makes no difference, but another image. */
function changed(file, text) {
  const content = fs.readFileSync(file);
  if (!file.endsWith('.wasm')) {
    return Buffer.concat([content, Buffer.from(`\n// ${text}\n`)]);
  }
  const name = Buffer.from(text); // A custom section: id 0, size, and its name with the size of that.
  return Buffer.concat([content, Buffer.from([0, name.length + 1, name.length]), name]);
}

async function deployment(node, name, file, path) {
  const made = image(name, { file, content: changed(file, name) });
  const cpuBefore = node.cpuSeconds();
  const begin = process.hrtime.bigint();
  await deploy(node, made);
  const answer = await get(node.port, `/api/${name}/v1${path}`);
  const millis = Number(process.hrtime.bigint() - begin) / 1e6;
  if (answer.status !== 200 || !answer.body.includes('"hello":"ada"')) {
    throw new Error(`${name} answers ${answer.status} ${answer.body}`);
  }
  return { millis, cpuMillis: (node.cpuSeconds() - cpuBefore) * 1000 };
}

async function deployments(settings) {
  const node = await startMimosa({});
  const count = settings.short ? 5 : 30;
  const rows = [];
  try {
    for (const { name, program: programName, path } of PROGRAMS.filter(({ long }) => !long || !settings.short)) {
      const results = [];
      for (let i = 0; i < count; i++) {
        results.push(await deployment(node, `d${rows.length}x${i}`, program(programName), path));
      }
      rows.push({ name, ...medians(results) });
    }
  } finally {
    await node.stop();
  }
  return { rows, missing: [] };
}

module.exports = { changed, deployments };
