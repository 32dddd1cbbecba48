// Fails when a program is more than ES5: node ../tools/check-es5.js <program>.
'use strict';

const acorn = require('acorn');
const fs = require('fs');

const program = process.argv[2];

try {
  acorn.parse(fs.readFileSync(program, 'utf8'), { ecmaVersion: 5, sourceType: 'script' });
} catch (error) {
  console.error(`${program} is not an ES5 script: ${error.message} (line:column)`);
  process.exit(1);
}
