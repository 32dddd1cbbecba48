import { Request, Response, Storage } from "../mimosa";
export { mim_abi_v1 } from "../mimosa";

/** GET /?name=Ada greets, and counts the greetings. */
export function mim_handle(): void {
  const request = new Request();
  const response = new Response();
  if (request.method != "GET") {
    response.error(405, "only GET is possible");
    return;
  }
  Storage.begin();
  const text = Storage.get("greetings");
  const count = (text === null ? 0 : I64.parseInt(text)) + 1;
  Storage.set("greetings", count.toString());
  if (Storage.commit() < 0) {
    response.error(503, "the storage failed");
    return;
  }
  const name = request.query("name");
  response.text(200, "Hello " + (name === null ? "World" : name) + ", greeting number " + count.toString());
}
