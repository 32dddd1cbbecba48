// Everything that a mim can call, as the declarations have to accept it. Never run.

mimikModule.exports = function (context, request, response) {
  globals();
  readRequest(request);
  answer(response);
  keep(context.storage);
  ask(context.http);
  context.dispatchWebSocketEvent();
  context.dispatchWebSocketEvent({ type: 'news', message: { n: 1 } });
  context.edge.requestBep({ code: 'x', error: ({ message }) => response.end(message) });
  context.edge.decryptEncryptedNodesJson({ type: 'a', data: 'b', token: 'c', success() {}, error() {} });

  /** @type {string[]} */
  const texts = [context.info.serviceType, context.info.apiRoot, context.info.httpPort, context.info.accountId,
    context.info.nodeId, context.info.node_id, context.env.GREETING || 'Hello'];
  response.end(texts.join());
};

function globals() {
  console.log('a', 1, { b: 2 });
  console.debug();
  console.info(1);
  console.warn(new Error('x'));
  console.error('x');
  clearTimeout(setTimeout((a, b) => a + b.length, 5, 1, 'x'));
  clearImmediate(setImmediate(() => {}));
  queueMicrotask(() => {});
  if (setInterval && clearInterval) {
    clearInterval(setInterval(() => {}, 1000));
  }
  const bytes = Duktape.dec('base64', Duktape.enc('base64', 'x'));
  Duktape.enc('hex', bytes.buffer.slice(0));
  new TextDecoder('utf-8', { fatal: true }).decode(new TextEncoder().encode(Duktape.env + Duktape.version));
  const known = new Map([[Symbol('x'), Promise.resolve(new Set([1]))]]);
  return known.size + globalThis.Math.max(1);
}

/** @param {mimosa.Request} request */
function readRequest(request) {
  request.url = request.url.split('?')[0];
  const key = request.headers['X-Api-Key'];
  request.handleFormRequest({
    found: (name, filename) => (filename === '' ? { action: 'meta' } : { action: 'store', path: `in/${filename}` }),
    get: (name, value) => console.log(name.length, value.length),
    store: (path, size) => console.log(path.length, size.toFixed()),
    meta: (name, value) => console.log(name, value),
  });
  request.handleFormRequest({ found() {} });
  return request.method + request.authorization + request.body.length + (key || '');
}

/** @param {mimosa.Response} response */
function answer({ setHeader, write, end, writeMimeFile }) {
  const kept = setHeader('Content-Type', 'text/event-stream') && setHeader('Set-Cookie', ['a=1', 'b=2']);
  if (kept && write('data: 1\n\n') && write(new Uint8Array([1])) && write(new Uint8Array(1).buffer)) {
    end();
  }
  end(5);
  writeMimeFile('a/b.png', 'image/png');
}

/** @param {mimosa.Storage} storage */
function keep(storage) {
  storage.setItem('n', Number(storage.getItem('n')) + 1);
  storage.setItemWithTag('user:1', '{"age":18}', 'users');
  storage.removeItem('n');
  storage.eachItem((key, value) => console.log(key.length, value.length));
  storage.eachItemByTag('users', (key) => storage.removeItem(key));
  storage.removeItemsByTag('users');
  storage.getJsonItemsPaginated(0, 10, (items, total) => console.log(items[0].age, total.toFixed()), {
    tag: 'users',
    filters: [{ jsonPath: '$.age', comparisonOperator: '>', value: '18' }],
    orderBy: [{ jsonPath: '$.age', order: -1 }, { jsonPath: '$.name' }],
  });
  storage.getJsonItemsPaginated(0, undefined, () => {}, { orderBy: { jsonPath: '$.age' } });
  const length = storage.lockExecute(() => 'x').length;
  storage.saveFile('a/b.txt', Duktape.enc('base64', 'x'));
  storage.deleteFile('a/b.txt');
  storage.setEmbeddingWithTag('k', [0.1, 0.2], 'text', 'docs');
  storage.setEmbeddingWithTag('k', new Float32Array(2), 'docs');
  const embedding = storage.getEmbedding('k');
  const best = storage.similaritySearch([1, 0], { tag: 'docs', limit: 3, metric: 'dot' })[0];
  storage.removeEmbedding('k');
  storage.removeEmbeddingsByTag('docs');
  return length + best.score + (embedding ? embedding.vector[0] : 0) + storage.similaritySearch([1]).length;
}

/** @param {mimosa.Http} http */
function ask(http) {
  http.request({
    url: 'http://example.org',
    method: 'POST',
    data: { a: 1 },
    headers: { Accept: 'text/plain' },
    authorization: 'Bearer x',
    connectionTimeout: 1000,
    socketTimeout: 1000,
    success: ({ status, headers, data }) => console.log(status + 1, headers['content-type'], data.length),
    error: ({ status, content, headers, message }) => console.log(message.length, status, content, headers),
  });
  http.request({ url: 'x', type: 'PUT', data: new Uint8Array(1), mode: 'proxy', success: (result) => result.status });
  http.request({ url: 'x', httpMethod: 'GET', outputFile: 'a.bin', success: ({ data }) => JSON.parse(data) });
  http.request({
    url: 'x',
    mode: 'stream',
    success: ({ headers, data, done }) => console.log(headers && headers.etag, data.length, done === true),
  });
}
