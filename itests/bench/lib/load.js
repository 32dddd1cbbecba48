// Load on a server, and what that cost.
'use strict';

const { wrk } = require('./wrk');

/** Requests, the processor time of the server, latencies; the arguments are those of wrk. */
async function load(server, ...args) {
  const cpuBefore = server.cpuSeconds();
  const result = await wrk(server.port, ...args);
  return { ...result, cpuSeconds: server.cpuSeconds() - cpuBefore, residentBytes: server.residentBytes() };
}

/** What a row shows of a load. */
function figures({ requests, seconds, cpuSeconds, p50, p99, residentBytes }) {
  if (requests === 0) {
    throw new Error(`no answer within ${seconds} s`);
  }
  return {
    perSecond: requests / seconds,
    cpuMicros: (cpuSeconds * 1e6) / requests,
    p50,
    p99,
    residentMiB: residentBytes / (1 << 20),
  };
}

module.exports = { figures, load };
