export function send(response, status, value) {
  response.statusCode = status;
  if (value === undefined) {
    response.end();
    return;
  }
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(value));
}

export function sendError(response, status, message) {
  send(response, status, { error: { code: status, message } });
}

/** An error for the caller: thrown anywhere in a route, it becomes the answer. */
export function httpError(status, message) {
  return Object.assign(new Error(message), { status });
}
