// Numbers and how they are shown.
'use strict';

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of each property. */
function medians(results) {
  return Object.fromEntries(Object.keys(results[0]).map((key) => [key, median(results.map((result) => result[key]))]));
}

// Heading and digits of what a row may have.
const COLUMNS = {
  state: ['state'],
  perSecond: ['requests/s', 0],
  cpuMicros: ['CPU µs/request', 1],
  p50: ['p50 ms', 2],
  p99: ['p99 ms', 2],
  millis: ['ms', 0],
  cpuMillis: ['CPU ms', 0],
  residentMiB: ['RSS MiB', 0],
  idleMiB: ['idle RSS MiB', 0],
  kibEach: ['KiB for each', 1],
};

/**
 * Rows with what they have; the first column is the name. Where servers are compared, each of which is fresh or keeps
 * state, the last one is the ratio of the key to that of mimosa.
 */
function table(rows, key) {
  const present = Object.keys(COLUMNS).filter((column) => rows.some((row) => row[column] !== undefined));
  const own = rows.find((row) => row.name === 'mimosa' && row.state);
  const head = ['', ...present.map((column) => COLUMNS[column][0]), ...(own ? ['CPU of mimosa is'] : [])];
  const cell = (value, digits) => (value === undefined ? '' : digits === undefined ? value : value.toFixed(digits));
  return align([head, ...rows.map((row) => [
    row.name,
    ...present.map((column) => cell(row[column], COLUMNS[column][1])),
    ...(own ? [row === own ? '' : `${(row[key] / own[key]).toFixed(2)} x better`] : []),
  ])]);
}

/** Columns as wide as they need to be; the first one to the left, the others to the right. */
function align(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => `  ${row.map((cell, column) =>
    (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ')}`).join('\n');
}

module.exports = { median, medians, table };
