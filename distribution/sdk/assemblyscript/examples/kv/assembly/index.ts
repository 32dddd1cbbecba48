import { Code, codeName, lastCode, percentDecode, quote, Request, Response, Storage } from "../../../mimosa";
export { mim_abi_v1 } from "../../../mimosa";

/** The counter is an item like the others. */
const COUNT = "count";

const request = new Request();
const response = new Response();

export function mim_handle(): void {
  const path = request.path;
  const method = request.method;
  if (path == "/count" && method == "POST") {
    count();
  } else if (path == "/kv" && method == "GET") {
    list();
  } else if (path.startsWith("/kv/")) {
    item(method, path.substring("/kv/".length));
  } else {
    response.error(404, "there are /kv, /kv/<key> and POST /count");
  }
}

function item(method: string, encoded: string): void {
  const key = percentDecode(encoded);
  if (key === null) {
    fail(lastCode());
  } else if (method == "GET") {
    const value = Storage.get(key);
    if (value === null) fail(lastCode());
    else response.text(200, value);
  } else if (method == "PUT") {
    put(key);
  } else if (method == "DELETE") {
    const done = Storage.remove(key);
    answer(done == Code.Absent ? 0 : done);
  } else {
    response.error(405, "an item has GET, PUT and DELETE");
  }
}

function put(key: string): void {
  const value = request.text();
  if (value === null) fail(lastCode());
  else answer(Storage.set(key, value));
}

/** Nothing but that it is done, or why it is not. */
function answer(code: i32): void {
  if (code < 0) {
    fail(code);
    return;
  }
  response.status(204);
  response.end();
}

function fail(code: i32): void {
  let status = 503;
  if (code == Code.Absent) status = 404;
  else if (code == Code.Invalid) status = 400;
  else if (code == Code.Limit) status = 413;
  response.error(status, codeName(code));
}

/** The keys, as a JSON array. */
function list(): void {
  const keys: string[] = [];
  let cursor = "";
  do {
    const page = Storage.list("", cursor);
    if (page === null) {
      fail(lastCode());
      return;
    }
    for (let i = 0; i < page.items.length; i++) {
      keys.push(quote(page.items[i].key));
    }
    cursor = page.cursor;
  } while (cursor.length > 0);
  response.json(200, "[" + keys.join(",") + "]");
}

/** Requests that count at the same time wait for each other. */
function count(): void {
  const depth = Storage.begin();
  if (depth < 0) {
    fail(depth);
    return;
  }
  const text = Storage.get(COUNT);
  const next = (text === null ? 0 : I64.parseInt(text)) + 1;
  let done = Storage.set(COUNT, next.toString());
  if (done < 0) Storage.rollback();
  else done = Storage.commit();
  if (done < 0) fail(done);
  else response.text(200, next.toString());
}
