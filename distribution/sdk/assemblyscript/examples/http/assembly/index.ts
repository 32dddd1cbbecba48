import { Call, Code, codeName, Http, lastCode, Request, Response } from "../../../mimosa";
export { mim_abi_v1 } from "../../../mimosa";

export function mim_handle(): void {
  const request = new Request();
  const response = new Response();
  const path = request.path;
  if (path != "/fetch" && path != "/proxy") {
    response.error(404, "there are /fetch and /proxy");
    return;
  }
  const url = request.query("url");
  if (url === null || url.length == 0) {
    response.error(400, "give the address to call as ?url=");
  } else if (path == "/fetch") {
    fetch(url, response);
  } else {
    proxy(url, response);
  }
}

function fetch(url: string, response: Response): void {
  const answer = Http.get(url);
  if (answer === null) {
    response.error(502, codeName(lastCode()));
    return;
  }
  response.json(200, `{"status":${answer.status},"length":${answer.body.byteLength}}`);
}

/** Sends each piece of the answer on as it arrives. */
function proxy(url: string, response: Response): void {
  const answer = new Call("GET", url).stream();
  if (answer === null) {
    response.error(502, codeName(lastCode()));
    return;
  }
  response.status(answer.status);
  const contentType = Http.header("content-type");
  if (contentType !== null) response.header("content-type", contentType);
  let piece = answer.read();
  while (piece !== null) {
    if (response.writeBytes(piece) < 0) return; // the client is gone
    piece = answer.read();
  }
  // A failed assertion ends the instance, so that the client sees that its copy is not whole.
  assert(lastCode() == Code.Absent, "the answer broke off");
  response.end();
}
