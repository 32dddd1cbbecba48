/**
 * The JavaScript API of Mimosa: everything that a mim finds, and nothing that it does not.
 *
 * Use it with `"lib": ["ES2015"]` and `"types": []`, as jsconfig.json of the template does: an editor, or
 * `tsc --noEmit`, then reports `fetch(...)` and whatever else the runtime does not have. No import is needed; in a
 * comment the types are named as in `@param {mimosa.Context} context`.
 */

// ---------------------------------------------------------------------------------------------------- globals

/** The program sets `exports` to its handler; at deployment the runtime checks that it does. */
declare var mimikModule: { exports: mimosa.Handler };

/** Writes to the mim's log, never throws. Several arguments are joined by a space, objects are shown as JSON. */
declare var console: mimosa.Console;

/**
 * Calls `callback` after `ms` milliseconds, within the time limit of the request. A pending timer keeps the request
 * going after the handler has returned, and after `response.end()`.
 *
 * @returns the id for {@link clearTimeout}
 * @throws RangeError when too many timers are pending
 */
declare function setTimeout<A extends any[]>(callback: (...args: A) => void, ms?: number, ...args: A): number;

/** Drops the timer; an unknown id has no effect. */
declare function clearTimeout(id?: number): void;

/** Calls `callback` as soon as the running code has returned. */
declare function setImmediate<A extends any[]>(callback: (...args: A) => void, ...args: A): number;

/** Drops what {@link setImmediate} has promised; an unknown id has no effect. */
declare function clearImmediate(id?: number): void;

/** Calls `callback` before any timer or immediate. */
declare function queueMicrotask(callback: () => void): void;

/**
 * Absent on a node as it ships, so look before using it: only the operator's `setInterval = true` in
 * `config/mimosa.engine.js.cfg` brings it. A chain of `setTimeout` works everywhere.
 */
declare var setInterval:
  | (<A extends any[]>(callback: (...args: A) => void, ms?: number, ...args: A) => number)
  | undefined;

/** Present together with {@link setInterval}. */
declare var clearInterval: ((id?: number) => void) | undefined;

/** Base64 and hexadecimal, under the name by which mims of the mimOE platform know them. */
declare var Duktape: mimosa.Duktape;

/** Encodes to UTF-8. */
declare class TextEncoder {
  constructor();
  readonly encoding: 'utf-8';
  encode(text?: string): Uint8Array;
}

/** Decodes UTF-8. */
declare class TextDecoder {
  /** @throws RangeError for another label than `utf-8` and `utf8` */
  constructor(label?: 'utf-8' | 'utf8', options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: 'utf-8';
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  /** @throws TypeError for malformed input when `fatal` was asked for; otherwise U+FFFD stands for it */
  decode(bytes?: ArrayBuffer | ArrayBufferView): string;
}

declare namespace mimosa {
  /**
   * What a mim exports. For each request the program is as if it had just been loaded, then this function is called;
   * only `context.storage` outlives the request. What the program draws from `Math.random` or the clock while it loads may
   * be the same for many requests: draw it here. The handler may return before it has answered, as long as a timer or an outbound request is
   * pending that will.
   */
  type Handler = (context: Context, request: Request, response: Response) => void;

  /** Header fields by lower-case name; several fields of one name are joined by a comma. */
  interface Headers {
    [name: string]: string | undefined;
  }

  // ------------------------------------------------------------------------------------------------ globals

  /** Levels of the log, least severe first. */
  interface Console {
    debug(...values: any[]): void;
    /** Has the level info. */
    log(...values: any[]): void;
    info(...values: any[]): void;
    warn(...values: any[]): void;
    error(...values: any[]): void;
  }

  interface Duktape {
    /** `20700`. */
    version: number;
    /** Contains one of `linux`, `macosx` and `windows`. */
    env: string;
    /** Encodes bytes, or the UTF-8 bytes of a string. */
    enc(format: 'base64' | 'hex', data: string | Uint8Array | ArrayBuffer): string;
    /** @throws TypeError when the text is malformed */
    dec(format: 'base64' | 'hex', text: string): Uint8Array;
  }

  // ------------------------------------------------------------------------------------------------ request

  /** The request, received completely before the handler is called. */
  interface Request {
    /** In upper case. */
    method: string;
    /**
     * Path without the mim's base path, then the query as received: `/users?page=1`. Begins with a slash; percent
     * encoding is left alone. Routers rewrite it.
     */
    url: string;
    /** Look-up ignores the case of the name; `x-request-id` is always there. */
    headers: Headers;
    /** Value of the Authorization header, `""` without one. Checking it is up to the mim. */
    authorization: string;
    /**
     * The body: text is decoded by its charset, of other types each character stands for one byte. `""` when there is
     * none, and for `multipart/form-data`, see {@link handleFormRequest}.
     */
    body: string;
    /**
     * Walks through the parts of a `multipart/form-data` body and has called everything back when it returns. May be
     * called once.
     *
     * @throws Error `malformed multipart body`, `illegal path`, or one named `QuotaExceededError` when the file area is
     *     full
     */
    handleFormRequest(callbacks: FormCallbacks): void;
  }

  interface FormCallbacks {
    /**
     * Decides about a part; without an answer it is skipped.
     *
     * @param filename `""` for a plain field
     */
    found(key: string, filename: string): FormAction | void;
    /** Gets the parts with the action `get`. */
    get?(key: string, value: string): void;
    /** Called after a part was stored; `path` can be given to `writeMimeFile` and `deleteFile`. */
    store?(path: string, size: number): void;
    /** Gets the parts with the action of that name, as {@link get} does. */
    [action: string]: ((...args: any[]) => any) | undefined;
  }

  /** What to do with a part of a form. */
  interface FormAction {
    /** `skip`, `get`, `store`, `abort` (skips the rest), or the name of another callback. */
    action: string;
    /** Where to store it in the file area; default `uploads/<random>`. */
    path?: string;
  }

  // ----------------------------------------------------------------------------------------------- response

  /** Text is sent as UTF-8, bytes as they are. Objects are not taken: use `JSON.stringify`. */
  type Chunk = string | number | boolean | ArrayBuffer | ArrayBufferView | null | undefined;

  /** The answer. It leaves only after the storage changes made before it are durable. */
  interface Response {
    /** 200 unless set; 200 to 599. */
    statusCode: number | string;
    /**
     * Replaces the header; an array gives one field for each element. Without a content type the runtime sets
     * `application/json` for text that begins with `{` or `[`, and `text/plain` for other text.
     *
     * @returns `false` when the headers have already been sent
     * @throws TypeError for an illegal name, or a line break in the value
     */
    setHeader(name: string, value: string | number | ReadonlyArray<string | number>): boolean;
    /**
     * Sends the headers if they are not sent yet, then the chunk, at once.
     *
     * @returns `false` after the end, or when the client has gone
     */
    write(chunk: Chunk): boolean;
    /** Sends and finishes. Code, timers and storage go on; what is sent later is ignored. */
    end(chunk?: Chunk): void;
    /**
     * Sends a file of the mim's file area and finishes; serves a single range. A missing file is answered with 404.
     *
     * @throws Error `illegal path`
     */
    writeMimeFile(path: string, mimeType: string): void;
  }

  // ------------------------------------------------------------------------------------------------ context

  /**
   * What the runtime offers to a mim. Bundles of an integrator may add members of their own; declare them by
   * reopening this interface.
   */
  interface Context {
    storage: Storage;
    http: Http;
    info: Info;
    /** The variables of the deployment, and the `MCM.*` ones of the runtime; a fresh object for each request. */
    env: { [name: string]: string | undefined };
    edge: Edge;
    /**
     * Sends an event to everybody connected to the mim's WebSocket path `/ws/<client><base path>`. Has no effect without
     * `"MCM.WEBSOCKET_SUPPORT": "true"`, and without an argument.
     *
     * @throws TypeError when the event is not an object
     */
    dispatchWebSocketEvent(event?: WebSocketEvent): void;
  }

  /** Reaches the clients as one text frame of JSON. */
  interface WebSocketEvent {
    type?: any;
    /** Left out of the frame when undefined. */
    message?: any;
  }

  /** Who and where the mim is. */
  interface Info {
    /** The mim's id, `<client>-<name>`. */
    readonly serviceType: string;
    /** `/<client><base path>`. */
    readonly apiRoot: string;
    /** The port of the node. Mims call each other at `http://127.0.0.1:<httpPort>/<client>/...`. */
    readonly httpPort: string;
    /** `""` on a node without an account. */
    readonly accountId: string;
    /** Stays the same over restarts. */
    readonly nodeId: string;
    /** The same as {@link nodeId}. */
    readonly node_id: string;
  }

  /** Functions of a mesh; on a node of its own each calls `error` with the reason. */
  interface Edge {
    requestBep(options: {
      code: string;
      success?(result: any): void;
      error?(error: { message: string }): void;
    }): void;
    decryptEncryptedNodesJson(options: {
      type: string;
      data: string;
      token: string;
      success?(result: any): void;
      error?(error: { message: string }): void;
    }): void;
  }

  // ------------------------------------------------------------------------------------------------ storage

  /** A key: not empty, at most 1 KiB as UTF-8. */
  type Key = string | number | boolean;

  /** Kept as text: use `JSON.stringify` for objects. */
  type Value = string | number | boolean;

  /**
   * A durable key-value store of the mim's own, with tags, files and embeddings. All calls are synchronous, and each is
   * atomic by itself; see {@link lockExecute} for more. Changes throw an error named `QuotaExceededError` past a limit,
   * and one named `StorageError` when the disk cannot be written.
   */
  interface Storage {
    /** The value, `null` without one. */
    getItem(key: Key): string | null;
    /** Sets the value and takes away a tag that the key had. An existing key keeps its place in the order. */
    setItem(key: Key, value: Value): void;
    /** An absent key has no effect. */
    removeItem(key: Key): void;
    /** Calls back for each item, in the order of insertion, as they were when the call began. */
    eachItem(callback: (key: string, value: string) => void): void;
    /** Sets value and tag; `""` is no tag. */
    setItemWithTag(key: Key, value: Value, tag: string): void;
    /** As {@link eachItem}, for the items with that tag. */
    eachItemByTag(tag: string, callback: (key: string, value: string) => void): void;
    /** Removes all items with that tag in one step. */
    removeItemsByTag(tag: string): void;
    /**
     * Finds items whose value is JSON, by tag and by what is in them, and hands over one page of them. Calls back once,
     * before it returns.
     *
     * @param offset how many matching items to leave out
     * @param limit at most this many, up to 1000
     * @param callback gets the parsed values, and how many match in all
     * @throws RangeError for a negative offset or limit, Error for an unknown operator or a path that is not understood
     */
    getJsonItemsPaginated<T = any>(
      offset: number,
      limit: number | undefined,
      callback: (items: T[], total: number) => void,
      options?: JsonQuery,
    ): void;
    /**
     * Runs `work` alone and atomically: either all of its storage changes happen, or, when it throws, none. What it
     * answers, asks and pushes is held back until then. Must not wait: timers and outbound requests are not part of it.
     *
     * @returns what `work` returns
     */
    lockExecute<T>(work: () => T): T;
    /**
     * Writes a file of the mim's private file area, creating folders.
     *
     * @param path relative to the area, segments separated by `/`
     * @param base64 the content
     * @throws TypeError when the content is not base64, Error `illegal path`
     */
    saveFile(path: string, base64: string): void;
    /** An absent file has no effect. */
    deleteFile(path: string): void;

    /**
     * Keeps a vector of 1 to 4096 numbers, as 32-bit floats, with a text. Embeddings have keys of their own.
     */
    setEmbeddingWithTag(key: Key, vector: Vector, value: Value, tag: string): void;
    /** With an empty text. */
    setEmbeddingWithTag(key: Key, vector: Vector, tag: string): void;
    getEmbedding(key: Key): Embedding | null;
    removeEmbedding(key: Key): void;
    removeEmbeddingsByTag(tag: string): void;
    /** The embeddings most similar to the vector, best first; those of other dimensions are passed over. */
    similaritySearch(vector: Vector, options?: SimilarityOptions): Similar[];
  }

  interface JsonQuery {
    /** Only items with this tag. */
    tag?: string;
    /** All of them must match. */
    filters?: JsonFilter[];
    /** Earlier entries count first; ties stay in the order of insertion. */
    orderBy?: JsonOrder | JsonOrder[];
  }

  interface JsonFilter {
    jsonPath: JsonPath;
    comparisonOperator: '=' | '==' | '!=' | '>' | '>=' | '<' | '<=';
    /** Compared as numbers where both sides are numeric, otherwise as text. */
    value: string | number | boolean | null;
  }

  interface JsonOrder {
    jsonPath: JsonPath;
    /** 1 is ascending, the default. */
    order?: 1 | -1;
  }

  /** `$` and then steps `.name`, `['name']` and `[0]`: `$.address.lines[0]`. */
  type JsonPath = string;

  /** An array or typed array of finite numbers. */
  type Vector = ArrayLike<number>;

  interface Embedding {
    key: string;
    vector: number[];
    value: string;
    tag: string;
  }

  interface SimilarityOptions {
    /** Only embeddings with this tag. */
    tag?: string;
    /** Default 10. */
    limit?: number;
    /** Default `cosine`; the score of `euclidean` is 1 / (1 + distance). */
    metric?: 'cosine' | 'dot' | 'euclidean';
  }

  interface Similar {
    key: string;
    value: string;
    tag: string;
    score: number;
  }

  // --------------------------------------------------------------------------------------------------- http

  interface Http {
    /**
     * Sends a request and returns at once; exactly one of `success` and `error` is called later, with
     * `mode: 'stream'` several times `success`. Private addresses are refused unless the node's operator allows them;
     * of this machine only the node itself can be reached.
     *
     * @throws TypeError when `url` is missing
     */
    request(options: HttpRequest | HttpStreamRequest): void;
  }

  interface HttpCall {
    /** `http:` or `https:`; without a scheme `http:`. */
    url: string;
    /** Default GET. */
    method?: string;
    /** The same as {@link method}. */
    type?: string;
    /** The same as {@link method}. */
    httpMethod?: string;
    /** Objects are sent as JSON. */
    data?: string | Uint8Array | ArrayBuffer | object;
    headers?: { [name: string]: string | number | undefined };
    /** The whole value of the Authorization header. */
    authorization?: string;
    /** Milliseconds, default 5000. */
    connectionTimeout?: number;
    /** Milliseconds without data, default what is left of the time limit. */
    socketTimeout?: number;
    /** Puts the body into this file of the mim's file area, when the whole of it has come. */
    outputFile?: string;
    error?(error: HttpError): void;
  }

  interface HttpRequest extends HttpCall {
    /** With `'proxy'` redirects are not followed. */
    mode?: 'proxy' | undefined;
    success?(result: HttpResult): void;
  }

  interface HttpStreamRequest extends HttpCall {
    mode: 'stream';
    /** Gets each piece as it arrives. */
    success?(piece: HttpPiece): void;
  }

  /** An answer with a status below 400. */
  interface HttpResult {
    status: number;
    headers: Headers;
    /** The body, decoded as {@link Request.body} is; with `outputFile` the JSON text of {@link FileProgress}. */
    data: string;
    done?: undefined;
  }

  /** A part of an answer. */
  interface HttpPiece {
    /** Only with the first piece. */
    status?: number;
    /** Only with the first piece. */
    headers?: Headers;
    /** With `outputFile` the JSON text of {@link FileProgress}. */
    data: string;
    /** `true` with the last piece, whose `data` is empty; undefined when the answer came as a whole. */
    done: boolean | undefined;
  }

  /** What `JSON.parse(result.data)` gives with `outputFile`. */
  interface FileProgress {
    size: number;
    /** 0 while it is not known. */
    totalSize: number;
  }

  /** No answer, or one with a status from 400. */
  interface HttpError {
    message: string;
    /** Absent when there was no answer. */
    status?: number;
    /** The body of the answer. */
    content?: string;
    headers?: Headers;
  }
}
