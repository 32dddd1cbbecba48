// Servers as processes: started, asked until they answer, measured, stopped by their own id.
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const http = require('http');
const net = require('net');

const TICKS_PER_SECOND = 100;
const PAGE = 4096;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One answer: status and body; rejects when there is none. */
function get(port, path) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent: false, timeout: 60000 }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, body: Buffer.concat(chunks).toString() }));
      answer.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer from port ${port} within 60 s`)));
    request.on('error', reject);
  });
}

const running = new Set();

// Whoever ends the benchmarks early leaves no server behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    await Promise.all([...running].map((server) => server.stop()));
    process.exit(1);
  });
}

/** A server that has been started. */
class Running {
  constructor(child, port) {
    this.child = child;
    this.port = port;
    running.add(this);
    child.once('exit', () => running.delete(this));
    child.once('error', () => running.delete(this));
  }

  get ended() {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** User and system time of the process and what it has started, in seconds. */
  cpuSeconds() {
    return this.#tree().reduce((sum, pid) => sum + ticks(pid), 0) / TICKS_PER_SECOND;
  }

  residentBytes() {
    return this.#tree().reduce((sum, pid) => sum + resident(pid), 0);
  }

  #tree() {
    const parents = new Map();
    for (const entry of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const fields = stat(entry);
      if (fields) {
        parents.set(Number(entry), Number(fields[1]));
      }
    }
    const found = [this.child.pid];
    for (let i = 0; i < found.length; i++) {
      parents.forEach((parent, pid) => parent === found[i] && found.push(pid));
    }
    return found;
  }

  async stop() {
    if (this.ended) {
      return;
    }
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    const killer = setTimeout(() => this.child.kill('SIGKILL'), 20000);
    await ended;
    clearTimeout(killer);
  }
}

/** The fields after the name, which may contain anything: state, parent and so on. */
function stat(pid) {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch (e) {
    return null; // It has ended meanwhile.
  }
}

function ticks(pid) {
  const fields = stat(pid);
  return fields ? Number(fields[11]) + Number(fields[12]) : 0;
}

function resident(pid) {
  const fields = stat(pid);
  return fields ? Number(fields[21]) * PAGE : 0;
}

/** Starts a command and waits until the path answers with 200. */
async function start(command, args, { port, ready, env, cwd, log }) {
  const output = fs.openSync(log, 'w');
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', output, output] });
  fs.closeSync(output);
  const server = new Running(child, port);
  const deadline = Date.now() + 120000;
  let failure = null;
  child.on('error', (e) => { failure = e; });
  for (;;) {
    if (failure || server.ended) {
      throw new Error(`${command} has ended: ${failure || fs.readFileSync(log, 'utf8').trim().slice(-500)}`);
    }
    try {
      const answer = await get(port, ready);
      if (answer.status === 200) {
        return server;
      }
    } catch (e) {
      // Not yet.
    }
    if (Date.now() > deadline) {
      await server.stop();
      throw new Error(`${command} does not answer ${ready} with 200 within 120 s; see ${log}`);
    }
    await sleep(10);
  }
}

module.exports = { freePort, get, sleep, start };
