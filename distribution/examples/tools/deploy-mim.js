// Uploads a project's image to a running node and starts the mim as deploy.json says, in the folder
// of a project. Environment:
//   MIMOSA_URL           the node, default http://127.0.0.1:8083
//   MIMOSA_API_KEY_FILE  file with the line MCM_API_KEY=..., default: the first mimosa-api-key.env
//                        found in this folder or one above it, or in the data folder there
'use strict';

const fs = require('fs');
const path = require('path');
const { imageFile } = require('./package-mim');

const KEY_FILE = 'mimosa-api-key.env';

async function deploy(folder, env) {
  const node = nodeUrl(env.MIMOSA_URL);
  const headers = { Authorization: `Bearer ${apiKey(folder, env.MIMOSA_API_KEY_FILE)}` };
  const { file } = imageFile(folder);
  const payload = fs.readFileSync(path.join(folder, 'deploy.json'), 'utf8');

  const form = new FormData();
  form.append('image', new Blob([fs.readFileSync(file)], { type: 'application/x-tar' }), path.basename(file));
  await post(`${node}/mcm/v1/images`, headers, form);
  const mim = await post(`${node}/mcm/v1/mims`, { ...headers, 'Content-Type': 'application/json' }, payload);
  const basePath = (mim.env || {})['MCM.BASE_API_PATH'] || '';
  return `${mim.id} is ${mim.state} at ${node}${basePath}`;
}

function nodeUrl(given = 'http://127.0.0.1:8083') {
  const url = given.includes('://') ? given : `http://${given}`;
  return url.replace(/\/+$/, '');
}

function apiKey(folder, given) {
  const file = given || findUpwards(folder);
  if (!file) {
    throw new Error(`no ${KEY_FILE} in ${folder} or above it: the node writes it at its first start; `
      + 'name it with MIMOSA_API_KEY_FILE');
  }
  const key = /^MCM_API_KEY=(\S+)\s*$/m.exec(fs.readFileSync(file, 'utf8'));
  if (!key) {
    throw new Error(`${file} has no line MCM_API_KEY=<key>`);
  }
  return key[1];
}

function findUpwards(folder) {
  const found = [path.join(folder, KEY_FILE), path.join(folder, 'data', KEY_FILE)].find(fs.existsSync);
  const above = path.dirname(folder);
  return found || (above === folder ? undefined : findUpwards(above));
}

async function post(url, headers, body) {
  let response;
  try {
    response = await fetch(url, { method: 'POST', headers, body });
  } catch (error) {
    const reason = error.cause ? error.cause.message || error.cause.code : error.message;
    throw new Error(`no node answers at ${url} (${reason}): start one, or name it with MIMOSA_URL`);
  }
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${url} answered ${response.status}: ${messageOf(text)}`);
  }
  return JSON.parse(text);
}

function messageOf(text) {
  try {
    return JSON.parse(text).error.message;
  } catch (notAnError) {
    return text;
  }
}

deploy(process.cwd(), process.env).then(
  (done) => console.log(done),
  (error) => {
    console.error(`not deployed: ${error.message}`);
    process.exitCode = 1;
  },
);
