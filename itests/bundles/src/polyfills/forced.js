// First in its bundle, and without babel, which would put the polyfills before this.
var configure = require('core-js/configurator');

// What the runtime offers, to be compared with.
globalThis.native = { Promise: Promise, from: Array.from, setTimeout: setTimeout };

// core-js normally keeps what works; this is its switch to replace it all the same.
configure({ usePolyfill: ['Promise', 'Array.from'] });
