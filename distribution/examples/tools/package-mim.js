// Packs a mim into an image: node ../tools/package-mim.js <program>, in the folder of a project.
//
// Writes target/<name>-<version>.tar (name and version from package.json) in the layout of
// `docker save`: manifest.json, the image's configuration, and one layer with index.js and, where
// the bundler wrote them, its source map and licence notes. The same program gives the same bytes.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const BLOCK = 512;
const MODIFIED = Date.UTC(2026, 0, 1) / 1000;
const BESIDE_THE_PROGRAM = ['.map', '.LICENSE.txt'];

/** Where the image of a project is written. */
function imageFile(folder) {
  const { name, version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return { name, version, file: path.join(folder, 'target', `${name}-${version}.tar`) };
}

function packageMim(folder, program) {
  const { name, version, file } = imageFile(folder);
  const image = imageOf(`${name}:${version}`, layerOf(path.join(folder, program)));
  fs.mkdirSync(path.dirname(file), { recursive: true });
  // By rename, so that an interrupted build leaves no half image behind.
  fs.writeFileSync(`${file}.part`, image);
  fs.renameSync(`${file}.part`, file);
  return file;
}

function layerOf(program) {
  const files = [['index.js', fs.readFileSync(program)]];
  BESIDE_THE_PROGRAM.filter((suffix) => fs.existsSync(program + suffix))
    .forEach((suffix) => files.push([`index.js${suffix}`, fs.readFileSync(program + suffix)]));
  return tar(files);
}

function imageOf(tag, layer) {
  const digest = sha256(layer);
  const config = json({
    architecture: 'amd64',
    os: 'linux',
    created: new Date(MODIFIED * 1000).toISOString(),
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  });
  const configFile = `${sha256(config)}.json`;
  const layerFile = `${digest}/layer.tar`;
  return tar([
    [configFile, config],
    [layerFile, layer],
    ['manifest.json', json([{ Config: configFile, RepoTags: [tag], Layers: [layerFile] }])],
  ]);
}

function tar(files) {
  const blocks = files.flatMap(([name, content]) => [header(name, content.length), padded(content)]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

/** A ustar header (POSIX.1-1988): a file of mode 0644 that belongs to nobody in particular. */
function header(name, size) {
  const block = Buffer.alloc(BLOCK);
  const field = (offset, text) => block.write(text, offset, 'latin1');
  const octal = (offset, digits, value) => field(offset, value.toString(8).padStart(digits, '0'));
  field(0, name);
  octal(100, 7, 0o644);
  octal(108, 7, 0);
  octal(116, 7, 0);
  octal(124, 11, size);
  octal(136, 11, MODIFIED);
  field(148, '        '); // the checksum counts itself as eight spaces
  field(156, '0');
  field(257, 'ustar\u000000');
  octal(148, 6, block.reduce((sum, byte) => sum + byte, 0));
  block[154] = 0;
  return block;
}

function padded(content) {
  return Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

function json(value) {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

function sha256(bytes) {
  return crypto.createHash('sha256').update(bytes).digest('hex');
}

module.exports = { imageFile, packageMim };

if (require.main === module) {
  const program = process.argv[2];
  if (!program) {
    console.error('usage: node package-mim.js <program>, for example target/index.js');
    process.exit(2);
  }
  console.log(path.relative(process.cwd(), packageMim(process.cwd(), program)));
}
