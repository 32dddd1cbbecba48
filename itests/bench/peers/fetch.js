// The program for runtimes whose servers are a function from Request to Response: the bundle, which keeps its state,
// and the objects of the contract, in one module. Arguments: bundle, where to write the module, and for which runtime.
'use strict';

const fs = require('fs');
const path = require('path');

const SERVE = {
  workerd: () => 'export default { fetch: answer };',
  deno: (port) => `Deno.serve({ hostname: '127.0.0.1', port: ${port}, onListen() {} }, answer);`,
  bun: (port) => `Bun.serve({ hostname: '127.0.0.1', port: ${port}, fetch: answer });`,
};

/** Writes the module. */
function writeModule(bundle, file, runtime, port) {
  const shim = fs.readFileSync(path.join(__dirname, 'mim.js'), 'utf8').replace(/^module\.exports.*$/m, '');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  // In strict mode, as all modules are, `this` would be undefined where bundles look for the global object.
  fs.writeFileSync(file, `${shim}
const mimikModule = {};
(function (mimikModule) {
${fs.readFileSync(bundle, 'utf8')}
}).call(globalThis, mimikModule);

function answer(request) {
  const url = new URL(request.url);
  return new Promise((resolve) => {
    handle(mimikModule.exports, request.method, url.pathname + url.search, '', (status, headers, body) => {
      resolve(new Response(body, { status, headers }));
    });
  });
}
${SERVE[runtime](port)}
`);
}

module.exports = { writeModule };
