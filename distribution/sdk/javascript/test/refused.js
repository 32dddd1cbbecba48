// What the runtime does not have, or would not do as meant: each line after a directive has to be an error, and the
// compiler says so where it is none. Never run.

/** @type {mimosa.Handler} */
const handler = (context, request, response) => {
  // @ts-expect-error
  fetch('http://example.org');
  // @ts-expect-error
  new XMLHttpRequest();
  // @ts-expect-error
  new WebSocket('ws://example.org');
  // @ts-expect-error
  localStorage.getItem('a');
  // @ts-expect-error
  process.exit();
  // @ts-expect-error
  Buffer.from('a');
  // @ts-expect-error
  console.log(__dirname);
  // @ts-expect-error
  new URL('http://example.org');
  // @ts-expect-error
  atob('aGk=');
  // @ts-expect-error
  new AbortController();
  // @ts-expect-error
  performance.now();
  // @ts-expect-error
  window.setTimeout(() => {});
  // @ts-expect-error
  document.write('x');
  // @ts-expect-error
  global.context = context;
  // @ts-expect-error Often absent: has to be looked for first.
  setInterval(() => {}, 1000);
  // @ts-expect-error
  console.table([]);
  // @ts-expect-error
  setTimeout('code', 1);
  // @ts-expect-error
  Duktape.gc();
  // @ts-expect-error
  Duktape.enc('jx', 'a');
  // @ts-expect-error
  new TextDecoder('latin1');

  // @ts-expect-error
  context.storage.query('select');
  // @ts-expect-error Would be kept as [object Object].
  context.storage.setItem('a', { b: 1 });
  // @ts-expect-error May be null.
  context.storage.getItem('a').length;
  // @ts-expect-error
  context.storage.getJsonItemsPaginated(0, 1, () => {}, { filters: [{ jsonPath: '$', comparisonOperator: '~', value: 1 }] });
  // @ts-expect-error
  context.storage.similaritySearch('text');
  // @ts-expect-error
  context.ml.run();
  // @ts-expect-error A string.
  context.info.httpPort + 1 === 8084;
  // @ts-expect-error
  context.dispatchWebSocketEvent('text');

  // @ts-expect-error
  context.http.get('http://example.org');
  // @ts-expect-error
  context.http.request({ method: 'GET' });
  // @ts-expect-error
  context.http.request({ url: 'x', mode: 'chunked' });
  // @ts-expect-error Only the first piece has headers.
  context.http.request({ url: 'x', mode: 'stream', success: (piece) => piece.headers.etag });
  // @ts-expect-error
  context.http.request({ url: 'x', error: (error) => error.status.toFixed() });

  // @ts-expect-error
  request.query.page;
  // @ts-expect-error A string, not parsed.
  request.body.user;
  // @ts-expect-error
  response.json({});
  // @ts-expect-error
  response.writeHead(200);
  // @ts-expect-error
  response.status(200);
  // @ts-expect-error Would be sent as [object Object].
  response.end({ a: 1 });
};

// @ts-expect-error
mimikModule.exports = { handler };
