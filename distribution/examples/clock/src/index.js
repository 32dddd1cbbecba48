// Server-Sent Events: response.write() sends each event at once, and the request lives on, without
// holding a thread, for as long as a timer is pending.

const PERIOD_MS = 1000;
const DEFAULT_EVENTS = 10;

mimikModule.exports = (context, request, response) => {
  const count = requestedCount(request.url);
  const most = mostEvents(context.env);

  if (!(count >= 1 && count <= most)) {
    response.statusCode = 400;
    response.setHeader('Content-Type', 'application/json');
    const message = `n must be a whole number from 1 to ${most}`;
    response.end(JSON.stringify({ error: { code: 400, message } }));
    return;
  }

  response.setHeader('Content-Type', 'text/event-stream');
  response.setHeader('Cache-Control', 'no-cache');
  tick(response, { start: Date.now(), number: 1, count });
};

function requestedCount(url) {
  const match = /[?&]n=([^&]*)/.exec(url);
  if (!match) {
    return DEFAULT_EVENTS;
  }
  return /^\d{1,5}$/.test(match[1]) ? Number(match[1]) : NaN;
}

// A stream has to end before the wall time limit does, or the client sees it cut off.
function mostEvents(env) {
  return Number(env['MCM.MAX_EXECUTION_TIME_SEC'] || 30) - 1;
}

function tick(response, { start, number, count }) {
  const listening = response.write(`id: ${number}\ndata: ${new Date().toISOString()}\n\n`);
  if (!listening || number === count) {
    response.end();
    return;
  }
  // Counted from the start, so that late timers do not add up.
  const due = start + number * PERIOD_MS;
  setTimeout(tick, due - Date.now(), response, { start, number: number + 1, count });
}
