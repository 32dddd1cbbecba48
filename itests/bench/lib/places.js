// Where everything is.
'use strict';

const fs = require('fs');
const path = require('path');

const bench = path.resolve(__dirname, '..');
const root = path.resolve(bench, '../..');
const target = path.join(bench, 'target');

/** The unpacked distribution as the last build left it. */
function distribution() {
  const folder = path.join(root, 'distribution/target');
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => /^mimosa-[\d.]+$/.test(name)) : [];
  if (names.length !== 1) {
    throw new Error(`expected one unpacked distribution in ${folder}, found ${names.length}; build it: mvn -Dquickly`);
  }
  return path.join(folder, names[0], names[0]);
}

module.exports = { bench, root, target, distribution };
