import { Request, Response, sleep } from "../../../mimosa";
export { mim_abi_v1 } from "../../../mimosa";

export function mim_handle(): void {
  const request = new Request();
  const response = new Response();
  if (request.path != "/events") {
    response.error(404, "there is only /events");
    return;
  }
  const count = parameter(request, "n", 3);
  const pause = parameter(request, "ms", 100);
  response.header("content-type", "text/event-stream");
  response.header("cache-control", "no-cache");
  for (let event = 1; event <= count; event++) {
    if (event > 1 && sleep(pause) < 0) break;
    if (response.write(`data: ${event}\n\n`) < 0) return; // the client is gone
  }
  response.end();
}

/** A number of the query, or the one given when it is missing. */
function parameter(request: Request, name: string, otherwise: i32): i32 {
  const text = request.query(name);
  if (text === null) return otherwise;
  const number = parseInt(text, 10);
  return number >= 0 && number <= i32.MAX_VALUE ? <i32>number : otherwise;
}
