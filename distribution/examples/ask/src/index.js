// Mims reach each other over HTTP on the runtime's own port; any other loopback port is refused.
import queryString from 'query-string';

// Only mims of this list can be asked: never build an address from what the caller sends.
const PATHS = { hello: '/hello/v1', notes: '/notes/v1/notes' };

mimikModule.exports = (context, request, response) => {
  const { query } = queryString.parseUrl(request.url);
  const { mim = 'hello', ...passedOn } = query;

  if (!Object.keys(PATHS).includes(String(mim))) {
    const message = `mim must be one of ${Object.keys(PATHS).join(', ')}`;
    answer(response, 400, { error: { code: 400, message } });
    return;
  }

  const asked = queryString.stringifyUrl({ url: addressOf(mim, context.info), query: passedOn });
  ask(context.http, asked)
    .then(({ status, data }) => answer(response, 200, { asked, status, said: parsed(data) }))
    .catch((error) => answer(response, 502, { error: { code: 502, message: error.message, asked } }));
};

// The other mim belongs to the same client: the first segment of this mim's own path.
function addressOf(mim, { httpPort, apiRoot }) {
  const clientId = apiRoot.split('/')[1];
  return `http://127.0.0.1:${httpPort}/${clientId}${PATHS[mim]}`;
}

// context.http reports a status of 400 and above as an error with that status: it is an answer all
// the same. Without a status there was none: refused, timed out, over a limit.
function ask(http, url) {
  return new Promise((resolve, reject) => {
    http.request({
      url,
      connectionTimeout: 2000,
      socketTimeout: 5000,
      success: ({ status, data }) => resolve({ status, data }),
      error: ({ status, content, message }) => (status
        ? resolve({ status, data: content })
        : reject(new Error(message))),
    });
  });
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch (notJson) {
    return data;
  }
}

function answer(response, status, value) {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(value));
}
