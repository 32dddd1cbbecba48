// Load from wrk, with every answer looked at.
'use strict';

const { execFile } = require('child_process');
const fs = require('fs');
const path = require('path');
const { target } = require('./places');

// The body of each answer has to contain the text. Where answers count, {"key":"k7","count":12}, each has to be above the
// floor of its key and new; there is one thread, so nothing escapes it.
const SCRIPT = `
local threads, counted, floors, turn = {}, {}, {}, 0
function setup(thread) table.insert(threads, thread) end
function init(args)
  wrong, expected = 0, args[1]
  for i = 2, #args do floors["k" .. (i - 2)] = tonumber(args[i]) end
  keys = #args - 1
  if string.find(wrk.path, "*", 1, true) then request = next_key end
end
function next_key()
  turn = (turn + 1) % keys
  return wrk.format(nil, (string.gsub(wrk.path, "*", tostring(turn), 1)))
end
function counts_once(body)
  local key, count = string.match(body, '"key":"(.-)","count":(%d+)')
  local name = tostring(key) .. " " .. tostring(count)
  local new = key and tonumber(count) > floors[key] and not counted[name]
  counted[name] = true
  return new
end
function response(status, headers, body)
  if status ~= 200 or not string.find(body, expected, 1, true) or keys > 0 and not counts_once(body) then
    wrong = wrong + 1
    example = status .. " " .. string.sub(body, 1, 200)
  end
end
function done(summary, latency, requests)
  local bad, seen = 0, ""
  for _, thread in ipairs(threads) do
    bad = bad + thread:get("wrong")
    seen = thread:get("example") or seen
  end
  local e = summary.errors
  io.write(string.format("\\nRESULT %d %d %d %d %d %d %s\\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.timeout, bad, latency:percentile(50), latency:percentile(99), seen))
end
`;

/**
 * @param urlPath an asterisk in it stands for the keys in turn
 * @param floors by key, for answers that count: what they are above
 * @returns {Promise<{requests: number, seconds: number, p50: number, p99: number}>} latencies in milliseconds; requests
 *     are 0 when there was no answer in that time
 * @throws when a request failed, or an answer does not contain the text, or has counted wrongly
 */
function wrk(port, urlPath, expected, seconds, connections, floors = []) {
  const script = path.join(target, 'check.lua');
  fs.writeFileSync(script, SCRIPT);
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '20s', '-s', script,
    `http://127.0.0.1:${port}${urlPath}`, '--', expected, ...floors.map(String)];
  return new Promise((resolve, reject) => {
    execFile('wrk', args, (failure, out) => {
      const found = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (.*)/.exec(out);
      if (failure || !found) {
        reject(new Error(`wrk failed: ${failure || out}`));
        return;
      }
      const [requests, micros, errors, wrong, p50, p99] = found.slice(1, 7).map(Number);
      if (errors > 0 || wrong > 0) {
        reject(new Error(`${errors} errors and ${wrong} wrong answers of ${requests}, for example: ${found[7]}`));
        return;
      }
      resolve({ requests, seconds: micros / 1e6, p50: p50 / 1000, p99: p99 / 1000 });
    });
  });
}

module.exports = { wrk };
