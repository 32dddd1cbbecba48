// One workload on all its servers, in turns.
'use strict';

const { figures, load } = require('./load');
const { PEERS } = require('./peers');
const { get } = require('./processes');
const { program } = require('./programs');
const { medians } = require('./table');

// When a server is warm: so many turns in a row have not cost less than this part of the best.
const IN_VAIN = 2;
const PROGRESS = 0.97;

/** A server that takes part in a workload. */
class Entrant {
  static async start(name, workload) {
    const file = program(workload.program);
    return new Entrant(name, workload, await PEERS[name].start(file, workload));
  }

  constructor(name, workload, server) {
    this.workload = workload;
    this.server = server;
    this.prefix = PEERS[name].prefix || '';
    this.expected = workload.answer + (PEERS[name].fresh && workload.fresh ? workload.fresh : '');
  }

  async answer(path, expected) {
    const { status, body } = await get(this.server.port, this.prefix + path);
    if (status !== 200 || !body.includes(expected)) {
      throw new Error(`answers ${path} with ${status} ${body.slice(0, 200)}, expected 200 and ${expected}`);
    }
    return body;
  }

  /** What the counters stand at, by key. */
  async counts() {
    const counts = [];
    for (let i = 0; i < (this.workload.counters || 0); i++) {
      counts.push(JSON.parse(await this.answer(`/value/k${i}`, '"value":')).value);
    }
    return counts;
  }

  async prepare() {
    if (this.workload.prepare) {
      await this.answer(this.workload.prepare, '"filled":');
    }
    await this.answer(this.workload.path.replace('*', '0'), this.expected);
  }

  /** One turn: requests, processor time, latencies. */
  async turn(seconds, settings) {
    const connections = this.workload.connections || settings.connections;
    const floors = await this.counts();
    const result = await load(this.server, this.prefix + this.workload.path, this.expected, seconds, connections, floors);
    this.checkCounted(floors, await this.counts(), result.requests, connections);
    return result;
  }

  /**
   * Turns until some in a row have cost no less than the best before them: a large program is compiled for longer than a
   * small one.
   */
  async warmUp(settings) {
    await this.firstAnswers(settings);
    let best = Infinity;
    let inVain = 0;
    for (let turn = 0; turn < settings.warmUp.turns && inVain < IN_VAIN; turn++) {
      const { cpuMicros } = figures(await this.turn(settings.warmUp.seconds, settings));
      inVain = cpuMicros > best * PROGRESS ? inVain + 1 : 0;
      best = Math.min(best, cpuMicros);
    }
  }

  /** What is slow the first time may need more than one turn, each twice as long. */
  async firstAnswers(settings) {
    let { seconds } = settings.warmUp;
    while ((await this.turn(seconds, settings)).requests === 0) {
      if (seconds > 30) {
        throw new Error(`no answer to ${this.workload.path} within ${seconds} s`);
      }
      seconds *= 2;
    }
  }

  /** Whether as much is stored as was answered. What wrk no longer waits for at the end of a turn may be counted too. */
  checkCounted(before, after, answered, connections) {
    const sum = (counts) => counts.reduce((all, count) => all + count, 0);
    const counted = sum(after) - sum(before);
    if (before.length > 0 && (counted < answered || counted > answered + 2 * connections)) {
      throw new Error(`has counted ${counted}, but answered ${answered}`);
    }
  }
}

/** Starts all servers of a workload and measures them; one that is missing or wrong is reported. */
async function compare(workload, settings) {
  const entrants = new Map();
  const turns = new Map();
  const missing = [];
  const attempt = async (name, action) => {
    try {
      await action();
    } catch (e) {
      missing.push(`${name}: ${e.message}`);
      turns.delete(name);
    }
  };
  try {
    for (const name of workload.peers) {
      await attempt(name, async () => {
        entrants.set(name, await Entrant.start(name, workload));
        await entrants.get(name).prepare();
        await entrants.get(name).warmUp(settings);
        turns.set(name, []);
      });
    }
    for (let round = 0; round < settings.rounds; round++) {
      for (const name of [...turns.keys()]) {
        await attempt(name, async () => {
          turns.get(name).push(figures(await entrants.get(name).turn(settings.seconds, settings)));
        });
      }
    }
  } finally {
    for (const entrant of entrants.values()) {
      await entrant.server.stop();
    }
  }
  const rows = [...turns].map(([name, results]) =>
    ({ name, state: PEERS[name].fresh ? 'fresh' : 'kept', ...medians(results) }));
  return { rows, missing };
}

module.exports = { compare };
