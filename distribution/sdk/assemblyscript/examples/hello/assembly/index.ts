import { Code, lastCode, Request, Response } from "../../../mimosa";
export { mim_abi_v1 } from "../../../mimosa";

export function mim_handle(): void {
  const request = new Request();
  const response = new Response();
  if (request.path != "/hello") {
    response.error(404, "there is only /hello");
    return;
  }
  const name = request.query("name");
  if (name === null && lastCode() != Code.Absent) {
    response.error(400, "the name is malformed");
    return;
  }
  response.text(200, "Hello " + (name === null || name.length == 0 ? "World" : name));
}
