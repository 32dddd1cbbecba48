/**
 * Mimosa's API for mims in AssemblyScript. Licence: Apache-2.0.
 *
 * A mim is a module that exports mim_handle. Each request gets a fresh instance of it; only Storage and Files survive.
 *
 *     import { Request, Response } from "../mimosa";
 *     export { mim_abi_v1 } from "../mimosa";
 *
 *     export function mim_handle(): void {
 *       new Response().text(200, "Hello " + new Request().path);
 *     }
 *
 * Nothing throws. What looks for something returns null when there is nothing or when it fails: lastCode() tells which.
 * What only does something returns a number: 0 or more when it is done, otherwise a Code. lastError() says it in words.
 */

/** Why the runtime did not do what it was asked for. */
export enum Code {
  /** There is no such key, header, file, variable or parameter. */
  Absent = -1,
  /** By policy, or not in this phase or state. */
  Denied = -2,
  /** Too large or too many; nothing was changed. */
  Limit = -3,
  /** An argument is malformed. */
  Invalid = -4,
  /** The network or the disk failed, or the client is gone. */
  Io = -5,
}

/** absent, denied, limit, invalid or io; none for a number that is no error. */
export function codeName(code: i32): string {
  if (code >= 0) return "none";
  if (code == Code.Absent) return "absent";
  if (code == Code.Denied) return "denied";
  if (code == Code.Limit) return "limit";
  if (code == Code.Invalid) return "invalid";
  return "io";
}

/** The version of the functions that this module is written for. */
export function mim_abi_v1(): void {}

// The functions of the runtime, as they are.

// @ts-ignore: decorator
@external("env", "result_len") declare function result_len(): i32;
// @ts-ignore: decorator
@external("env", "result_read") declare function result_read(dst: usize, offset: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "last_error") declare function last_error(): i32;
// @ts-ignore: decorator
@external("env", "request_method") declare function request_method(): i32;
// @ts-ignore: decorator
@external("env", "request_url") declare function request_url(): i32;
// @ts-ignore: decorator
@external("env", "request_header") declare function request_header(name: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "request_headers") declare function request_headers(): i32;
// @ts-ignore: decorator
@external("env", "request_body") declare function request_body(): i32;
// @ts-ignore: decorator
@external("env", "form_next") declare function form_next(): i32;
// @ts-ignore: decorator
@external("env", "form_value") declare function form_value(): i32;
// @ts-ignore: decorator
@external("env", "form_store") declare function form_store(path: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "response_status") declare function response_status(code: i32): i32;
// @ts-ignore: decorator
@external("env", "response_header")
declare function response_header(name: usize, nlen: usize, value: usize, vlen: usize): i32;
// @ts-ignore: decorator
@external("env", "response_write") declare function response_write(data: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "response_end") declare function response_end(data: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "response_file")
declare function response_file(path: usize, plen: usize, mime: usize, mlen: usize): i32;
// @ts-ignore: decorator
@external("env", "storage_get") declare function storage_get(key: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "storage_set")
declare function storage_set(key: usize, klen: usize, value: usize, vlen: usize): i32;
// @ts-ignore: decorator
@external("env", "storage_set_tagged")
declare function storage_set_tagged(
  key: usize, klen: usize, value: usize, vlen: usize, tag: usize, tlen: usize): i32;
// @ts-ignore: decorator
@external("env", "storage_remove") declare function storage_remove(key: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "storage_remove_tagged") declare function storage_remove_tagged(tag: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "storage_list")
declare function storage_list(tag: usize, tlen: usize, cursor: usize, clen: usize, limit: i32): i32;
// @ts-ignore: decorator
@external("env", "storage_query") declare function storage_query(json: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "storage_lock_begin") declare function storage_lock_begin(): i32;
// @ts-ignore: decorator
@external("env", "storage_lock_commit") declare function storage_lock_commit(): i32;
// @ts-ignore: decorator
@external("env", "storage_lock_rollback") declare function storage_lock_rollback(): i32;
// @ts-ignore: decorator
@external("env", "http_get") declare function http_get(url: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "http_request")
declare function http_request(json: usize, len: usize, body: usize, blen: usize): i32;
// @ts-ignore: decorator
@external("env", "http_status") declare function http_status(): i32;
// @ts-ignore: decorator
@external("env", "http_header") declare function http_header(name: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "http_headers") declare function http_headers(): i32;
// @ts-ignore: decorator
@external("env", "http_read") declare function http_read(): i32;
// @ts-ignore: decorator
@external("env", "http_close") declare function http_close(): i32;
// @ts-ignore: decorator
@external("env", "file_save")
declare function file_save(path: usize, plen: usize, data: usize, dlen: usize): i32;
// @ts-ignore: decorator
@external("env", "file_remove") declare function file_remove(path: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "event_publish") declare function event_publish(json: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "env_get") declare function env_get(name: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "info_get") declare function info_get(name: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "log_write") declare function log_write(level: i32, text: usize, len: usize): i32;
// @ts-ignore: decorator
@external("env", "time_now") declare function time_now(): i64;
// @ts-ignore: decorator
@external("env", "sleep_ms") declare function sleep_ms(n: i32): i32;
// @ts-ignore: decorator
@external("env", "random_bytes") declare function random_bytes(n: i32): i32;

// What they find.

let code: i32 = 0;

/** The Code of the last call that returned null. */
export function lastCode(): i32 {
  return code;
}

/** Why the last call failed, in words; empty when none did. */
export function lastError(): string {
  const kept = code;
  const text = textOf(last_error());
  code = kept;
  return text === null ? "" : text;
}

function bytesOf(found: i32): ArrayBuffer | null {
  if (found < 0) {
    code = found;
    return null;
  }
  const bytes = new ArrayBuffer(found);
  result_read(changetype<usize>(bytes), 0, found);
  return bytes;
}

function textOf(found: i32): string | null {
  const bytes = bytesOf(found);
  return bytes === null ? null : String.UTF8.decode(bytes);
}

/** Text that somebody sent: Invalid when it is not UTF-8. */
function textOfBytes(bytes: ArrayBuffer | null): string | null {
  if (bytes === null) return null;
  const text = String.UTF8.decode(bytes);
  const again = utf8(text);
  if (again.byteLength != bytes.byteLength || memory.compare(ptr(again), ptr(bytes), bytes.byteLength) != 0) {
    code = Code.Invalid;
    return null;
  }
  return text;
}

function utf8(text: string): ArrayBuffer {
  return String.UTF8.encode(text);
}

function ptr(bytes: ArrayBuffer): usize {
  return changetype<usize>(bytes);
}

/** The request that this instance answers. */
export class Request {
  /** In upper case. */
  get method(): string {
    const method = textOf(request_method());
    return method === null ? "" : method;
  }

  /** Path and query as they were sent, below the base path of the mim. */
  get url(): string {
    const url = textOf(request_url());
    return url === null ? "" : url;
  }

  /** The path as it was sent; percentDecode decodes its segments. */
  get path(): string {
    const url = this.url;
    const end = url.indexOf("?");
    return end < 0 ? url : url.substring(0, end);
  }

  /** The decoded value of the first query parameter of this name. Invalid: it cannot be decoded. */
  query(name: string): string | null {
    const url = this.url;
    const start = url.indexOf("?");
    if (start >= 0) {
      const pairs = url.substring(start + 1).split("&");
      for (let i = 0; i < pairs.length; i++) {
        const pair = pairs[i];
        const end = pair.indexOf("=");
        const found = decode(end < 0 ? pair : pair.substring(0, end), true);
        if (found !== null && found == name) {
          return decode(end < 0 ? "" : pair.substring(end + 1), true);
        }
      }
    }
    code = Code.Absent;
    return null;
  }

  /** A header, by its name in any case. */
  header(name: string): string | null {
    const n = utf8(name);
    return textOf(request_header(ptr(n), n.byteLength));
  }

  /** All headers as a JSON object, with names in lower case. */
  headers(): string {
    const headers = textOf(request_headers());
    return headers === null ? "{}" : headers;
  }

  /** The body; empty when there is none, or when it is a form. */
  body(): ArrayBuffer | null {
    return bytesOf(request_body());
  }

  /** The body as text. Invalid: it is not UTF-8. */
  text(): string | null {
    return textOfBytes(this.body());
  }

  /** The next part of a multipart/form-data body. Absent: there are no more. Denied: the body is no form. */
  nextPart(): Part | null {
    const json = textOf(form_next());
    if (json === null) return null;
    const reader = new JsonReader(json);
    const part = new Part();
    reader.skip('{"key":');
    part.key = reader.string();
    reader.skip(',"filename":');
    part.filename = reader.string();
    reader.skip(',"contentType":');
    part.contentType = reader.string();
    return part;
  }
}

/** A field or a file of a form. The next part replaces it. */
export class Part {
  key: string = "";
  /** Empty for a plain field. */
  filename: string = "";
  contentType: string = "";

  /** The content; it can be taken once. */
  value(): ArrayBuffer | null {
    return bytesOf(form_value());
  }

  /** Stores the content as a file; its size. */
  store(path: string): i32 {
    const p = utf8(path);
    return form_store(ptr(p), p.byteLength);
  }
}

/**
 * The response of this request. Status and headers are set before the first byte; end, and what calls it, complete it. A
 * response that was begun is ended when the handler returns.
 */
export class Response {
  /** 200 to 599; 200 when it is not set. */
  status(status: i32): i32 {
    return response_status(status);
  }

  /** Replaces a header of the same name, except set-cookie, which is added. */
  header(name: string, value: string): i32 {
    const n = utf8(name);
    const v = utf8(value);
    return response_header(ptr(n), n.byteLength, ptr(v), v.byteLength);
  }

  /** Sends a piece at once. Io: the client is gone. */
  write(text: string): i32 {
    return this.writeBytes(utf8(text));
  }

  writeBytes(bytes: ArrayBuffer): i32 {
    return response_write(ptr(bytes), bytes.byteLength);
  }

  /** Sends the last piece, and the end. */
  end(text: string = ""): i32 {
    return this.endBytes(utf8(text));
  }

  endBytes(bytes: ArrayBuffer): i32 {
    return response_end(ptr(bytes), bytes.byteLength);
  }

  /** A whole answer. */
  text(status: i32, text: string): i32 {
    return this.whole(status, "text/plain; charset=utf-8", text);
  }

  /** A whole answer. */
  json(status: i32, json: string): i32 {
    return this.whole(status, "application/json", json);
  }

  /** A whole answer, {"error":{"code":<status>,"message":<message>}}. */
  error(status: i32, message: string): i32 {
    return this.json(status, '{"error":{"code":' + status.toString() + ',"message":' + quote(message) + "}}");
  }

  /** Sends a stored file, and the end; ranges of it when the client asks for them. */
  file(path: string, mime: string): i32 {
    const p = utf8(path);
    const m = utf8(mime);
    return response_file(ptr(p), p.byteLength, ptr(m), m.byteLength);
  }

  private whole(status: i32, type: string, text: string): i32 {
    let done = this.status(status);
    if (done == 0) done = this.header("content-type", type);
    return done == 0 ? this.end(text) : done;
  }
}

export class Item {
  /** The tag is empty when there is none. */
  constructor(public key: string, public value: string, public tag: string) {}
}

export class Page {
  items: Item[] = [];
  /** Where the next page begins; empty after the last one. */
  cursor: string = "";
}

/** Texts by key, in the order of insertion, with tags. They are shared by all requests of this mim. */
export namespace Storage {
  export function get(key: string): string | null {
    const k = utf8(key);
    return textOf(storage_get(ptr(k), k.byteLength));
  }

  /** Clears the tag of an item that had one. */
  export function set(key: string, value: string): i32 {
    const k = utf8(key);
    const v = utf8(value);
    return storage_set(ptr(k), k.byteLength, ptr(v), v.byteLength);
  }

  export function setTagged(key: string, value: string, tag: string): i32 {
    const k = utf8(key);
    const v = utf8(value);
    const t = utf8(tag);
    return storage_set_tagged(ptr(k), k.byteLength, ptr(v), v.byteLength, ptr(t), t.byteLength);
  }

  export function remove(key: string): i32 {
    const k = utf8(key);
    return storage_remove(ptr(k), k.byteLength);
  }

  /** Removes all items of a tag in one step; how many there were. */
  export function removeTagged(tag: string): i32 {
    const t = utf8(tag);
    return storage_remove_tagged(ptr(t), t.byteLength);
  }

  /** 1 to 1000 items of a tag, or of all when it is empty, from the cursor of the page before, or from the start. */
  export function list(tag: string = "", cursor: string = "", limit: i32 = 100): Page | null {
    const t = utf8(tag);
    const c = utf8(cursor);
    const json = textOf(storage_list(ptr(t), t.byteLength, ptr(c), c.byteLength, limit));
    return json === null ? null : pageOf(json);
  }

  /** By content: {"offset","limit","tag","filters","orderBy"}, all optional, gives {"items":[...],"total":n}. */
  export function query(json: string): string | null {
    const j = utf8(json);
    return textOf(storage_query(ptr(j), j.byteLength));
  }

  /**
   * From here to commit no other request of this mim can change the storage; commit keeps all changes at once, rollback
   * none. Inside, the response is held back and outbound calls are denied. Nests; the depth.
   */
  export function begin(): i32 {
    return storage_lock_begin();
  }

  /** What is left of the depth. */
  export function commit(): i32 {
    return storage_lock_commit();
  }

  /** What is left of the depth. */
  export function rollback(): i32 {
    return storage_lock_rollback();
  }
}

function pageOf(json: string): Page {
  const reader = new JsonReader(json);
  const page = new Page();
  reader.skip('{"items":[');
  while (!reader.skip("]")) {
    reader.skip(",");
    reader.skip('{"key":');
    const key = reader.string();
    reader.skip(',"value":');
    const value = reader.string();
    reader.skip(',"tag":');
    page.items.push(new Item(key, value, reader.string()));
    reader.skip("}");
  }
  reader.skip(',"cursor":');
  page.cursor = reader.skip("null") ? "" : reader.string();
  return page;
}

/** A whole answer of another server, of any status. */
export class Answer {
  constructor(public status: i32, public body: ArrayBuffer) {}

  text(): string {
    return String.UTF8.decode(this.body);
  }
}

/** An answer that is read piece by piece, as it arrives. The next call closes it. */
export class Stream {
  constructor(public status: i32) {}

  /** The next piece, at most 64 KiB. Absent: the answer is complete. */
  read(): ArrayBuffer | null {
    return bytesOf(http_read());
  }

  close(): void {
    http_close();
  }
}

/** A call of another server that is described, then sent. */
export class Call {
  body: ArrayBuffer = new ArrayBuffer(0);
  private json: string;
  private headers: string = "";

  constructor(method: string, url: string) {
    this.json = '{"url":' + quote(url) + ',"method":' + quote(method);
  }

  header(name: string, value: string): Call {
    this.headers += (this.headers.length == 0 ? "{" : ",") + quote(name) + ":" + quote(value);
    return this;
  }

  /** Any other member of the description, with a JSON value: socketTimeout, outputFile, mode. */
  option(name: string, json: string): Call {
    this.json += "," + quote(name) + ":" + json;
    return this;
  }

  /** Waits for the whole answer. Denied: the address is not allowed. Io: there was no answer. */
  send(): Answer | null {
    const body = bytesOf(this.call());
    return body === null ? null : new Answer(http_status(), body);
  }

  /** Waits for the headers of the answer only. */
  stream(): Stream | null {
    const found = this.option("mode", '"stream"').call();
    if (found < 0) {
      code = found;
      return null;
    }
    return new Stream(http_status());
  }

  private call(): i32 {
    const headers = this.headers.length == 0 ? "" : ',"headers":' + this.headers + "}";
    const json = utf8(this.json + headers + "}");
    return http_request(ptr(json), json.byteLength, ptr(this.body), this.body.byteLength);
  }
}

export namespace Http {
  export function get(url: string): Answer | null {
    return new Call("GET", url).send();
  }

  /** A header of the last answer. */
  export function header(name: string): string | null {
    const n = utf8(name);
    return textOf(http_header(ptr(n), n.byteLength));
  }

  /** The headers of the last answer as a JSON object, with names in lower case. */
  export function headers(): string | null {
    return textOf(http_headers());
  }
}

/** The mim's files, which Response.file sends. */
export namespace Files {
  /** Writes a whole file, or nothing. */
  export function save(path: string, data: ArrayBuffer): i32 {
    const p = utf8(path);
    return file_save(ptr(p), p.byteLength, ptr(data), data.byteLength);
  }

  export function remove(path: string): i32 {
    const p = utf8(path);
    return file_remove(ptr(p), p.byteLength);
  }
}

/** Events for the mim's WebSocket clients. */
export namespace Events {
  /** Pushes {"type","message"}, a JSON object. Denied: the mim has no WebSocket. */
  export function publish(json: string): i32 {
    const j = utf8(json);
    return event_publish(ptr(j), j.byteLength);
  }
}

/** The variables that the mim was deployed with; without a name all of them, as a JSON object. */
export namespace Env {
  export function get(name: string = ""): string | null {
    const n = utf8(name);
    return textOf(env_get(ptr(n), n.byteLength));
  }
}

/** Who and where the mim is: serviceType, apiRoot, httpPort, accountId, nodeId; without a name all, as a JSON object. */
export namespace Info {
  export function get(name: string = ""): string | null {
    const n = utf8(name);
    return textOf(info_get(ptr(n), n.byteLength));
  }
}

export enum Level {
  Debug = 0,
  Info = 1,
  Warn = 2,
  Error = 3,
}

/** The mim's log. */
export function log(level: Level, text: string): i32 {
  const t = utf8(text);
  return log_write(level, ptr(t), t.byteLength);
}

/** Milliseconds since 1970-01-01 UTC. */
export function now(): i64 {
  return time_now();
}

/** Waits, at most an hour; it counts as time of the request, but not of the processor. */
export function sleep(ms: i32): i32 {
  return sleep_ms(ms);
}

/** Secure random bytes, at most 65536. */
export function randomBytes(count: i32): ArrayBuffer | null {
  return bytesOf(random_bytes(count));
}

/** Decodes the %41 of a path segment. Invalid: it cannot be decoded. */
export function percentDecode(text: string): string | null {
  return decode(text, false);
}

function decode(text: string, inQuery: bool): string | null {
  const from = Uint8Array.wrap(utf8(text));
  const to = new Uint8Array(from.length);
  let len = 0;
  for (let i = 0; i < from.length; i++) {
    let c: i32 = from[i];
    if (c == 0x2b && inQuery) {
      c = 0x20;
    } else if (c == 0x25) {
      const high = i + 2 < from.length ? hexDigit(from[i + 1]) : -1;
      const low = high < 0 ? -1 : hexDigit(from[i + 2]);
      if (low < 0) {
        code = Code.Invalid;
        return null;
      }
      c = (high << 4) | low;
      i += 2;
    }
    to[len++] = <u8>c;
  }
  return textOfBytes(to.buffer.slice(0, len));
}

function hexDigit(c: i32): i32 {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const lower = c | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** A text as a JSON string, quoted and escaped. */
export function quote(text: string): string {
  let quoted = '"';
  let plain = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c == 0x22 || c == 0x5c || c < 0x20) {
      quoted += text.substring(plain, i);
      quoted += c < 0x20 ? "\\u" + c.toString(16).padStart(4, "0") : "\\" + text.charAt(i);
      plain = i + 1;
    }
  }
  return quoted + text.substring(plain) + '"';
}

/** Reads what the runtime writes: compact JSON with the members in a known order. */
class JsonReader {
  private at: i32 = 0;

  constructor(private json: string) {}

  /** Passes this when it comes next. */
  skip(expected: string): bool {
    if (!this.json.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  /** The next value, which is a string. */
  string(): string {
    assert(this.skip('"'), "the runtime's JSON is not as expected");
    let text = "";
    let plain = this.at;
    while (true) {
      assert(this.at < this.json.length, "the runtime's JSON ends too early");
      const c = this.json.charCodeAt(this.at++);
      if (c == 0x22) {
        return text + this.json.substring(plain, this.at - 1);
      }
      if (c == 0x5c) {
        text += this.json.substring(plain, this.at - 1) + this.escaped();
        plain = this.at;
      }
    }
  }

  private escaped(): string {
    const c = this.json.charAt(this.at++);
    if (c == "b") return "\b";
    if (c == "f") return "\f";
    if (c == "n") return "\n";
    if (c == "r") return "\r";
    if (c == "t") return "\t";
    if (c != "u") return c;
    this.at += 4;
    return String.fromCharCode(<i32>parseInt(this.json.substring(this.at - 4, this.at), 16));
  }
}
