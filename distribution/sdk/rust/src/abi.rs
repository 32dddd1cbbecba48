//! The functions of the runtime, as they are: a negative number is an error, and what a function finds is kept by the
//! runtime until `result_read`. The other modules are the safe way to them.

#[link(wasm_import_module = "env")]
extern "C" {
    pub fn result_len() -> i32;
    pub fn result_read(dst: *mut u8, offset: usize, len: usize) -> i32;
    pub fn last_error() -> i32;

    pub fn request_method() -> i32;
    pub fn request_url() -> i32;
    pub fn request_header(name: *const u8, len: usize) -> i32;
    pub fn request_headers() -> i32;
    pub fn request_body() -> i32;
    pub fn form_next() -> i32;
    pub fn form_value() -> i32;
    pub fn form_store(path: *const u8, len: usize) -> i32;

    pub fn response_status(code: i32) -> i32;
    pub fn response_header(name: *const u8, nlen: usize, value: *const u8, vlen: usize) -> i32;
    pub fn response_write(data: *const u8, len: usize) -> i32;
    pub fn response_end(data: *const u8, len: usize) -> i32;
    pub fn response_file(path: *const u8, plen: usize, mime: *const u8, mlen: usize) -> i32;

    pub fn storage_get(key: *const u8, len: usize) -> i32;
    pub fn storage_set(key: *const u8, klen: usize, value: *const u8, vlen: usize) -> i32;
    pub fn storage_set_tagged(
        key: *const u8,
        klen: usize,
        value: *const u8,
        vlen: usize,
        tag: *const u8,
        tlen: usize,
    ) -> i32;
    pub fn storage_remove(key: *const u8, len: usize) -> i32;
    pub fn storage_remove_tagged(tag: *const u8, len: usize) -> i32;
    pub fn storage_list(tag: *const u8, tlen: usize, cursor: *const u8, clen: usize, limit: i32) -> i32;
    pub fn storage_query(json: *const u8, len: usize) -> i32;
    pub fn storage_lock_begin() -> i32;
    pub fn storage_lock_commit() -> i32;
    pub fn storage_lock_rollback() -> i32;

    pub fn http_get(url: *const u8, len: usize) -> i32;
    pub fn http_request(json: *const u8, len: usize, body: *const u8, blen: usize) -> i32;
    pub fn http_status() -> i32;
    pub fn http_header(name: *const u8, len: usize) -> i32;
    pub fn http_headers() -> i32;
    pub fn http_read() -> i32;
    pub fn http_close() -> i32;

    pub fn file_save(path: *const u8, plen: usize, data: *const u8, dlen: usize) -> i32;
    pub fn file_remove(path: *const u8, len: usize) -> i32;
    pub fn event_publish(json: *const u8, len: usize) -> i32;
    pub fn env_get(name: *const u8, len: usize) -> i32;
    pub fn info_get(name: *const u8, len: usize) -> i32;
    pub fn log_write(level: i32, text: *const u8, len: usize) -> i32;
    pub fn time_now() -> i64;
    pub fn sleep_ms(n: i32) -> i32;
    pub fn random_bytes(n: i32) -> i32;
    pub fn abort(message: *const u16, file: *const u16, line: i32, column: i32);
}
