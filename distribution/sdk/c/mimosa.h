/*
 * mimosa.h: Mimosa's API for mims in C (C99) and C++ (C++11). Licence: Apache-2.0.
 *
 * A mim is a WebAssembly module with a handler. Each request gets a fresh instance of it; only the storage survives.
 *
 *     #include "mimosa.h"
 *
 *     MIM_HANDLE {
 *         mim_respond_text(200, "Hello");
 *     }
 *
 * Functions return a number >= 0, or an error < 0 (enum mim_error). Text goes in as pointer and length, UTF-8, without a
 * terminator; MIM_S("text") makes both of a literal. What a function marked [R] finds is kept by the runtime, as the
 * result: the function returns its size, and mim_read_result() copies it. The next [R] function replaces it, one that
 * fails empties it, others leave it alone. Nothing here allocates memory.
 *
 * Define MIMOSA_FREESTANDING before including this in ONE source file of a program that has no C library: compilers call
 * memcpy, memmove, memset and memcmp by themselves. The shipped build.sh links them in.
 */
#ifndef MIMOSA_H
#define MIMOSA_H

#include <stddef.h>
#include <stdint.h>
#ifdef MIMOSA_MALLOC
#include <stdlib.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum mim_error {
    MIM_ABSENT = -1,  /* no such key, header, file, variable; end of a stream */
    MIM_DENIED = -2,  /* by policy, or not in this phase or state */
    MIM_LIMIT = -3,   /* too large or too many; nothing changed */
    MIM_INVALID = -4, /* an argument is malformed, or not UTF-8 */
    MIM_IO = -5       /* network or disk failed, or the client is gone */
};

enum mim_level { MIM_DEBUG = 0, MIM_INFO = 1, MIM_WARN = 2, MIM_ERROR = 3 };

/* Pointer and length of a string literal. */
#define MIM_S(literal) (literal), (sizeof(literal) - 1)

/* The handler: MIM_HANDLE { ... }. It runs once; the request ends when it returns. */
#ifdef __cplusplus
#define MIM_EXTERN extern "C"
#else
#define MIM_EXTERN extern
#endif
#define MIM_HANDLE                                                                                                     \
    MIM_EXTERN __attribute__((export_name("mim_abi_v1"))) void mim_abi_v1(void);                                       \
    MIM_EXTERN __attribute__((export_name("mim_handle"))) void mim_handle(void);                                       \
    void mim_abi_v1(void) {                                                                                            \
    }                                                                                                                  \
    void mim_handle(void)

#define MIM_IMPORT(name) __attribute__((import_module("env"), import_name(#name))) extern

/* ---- The result ------------------------------------------------------------------------------------------------- */

MIM_IMPORT(result_len) int32_t mim_result_len(void);
/* Copies up to len bytes from offset on; the number copied, MIM_INVALID when offset is past the end. */
MIM_IMPORT(result_read) int32_t mim_result_read(void *dst, size_t offset, size_t len);
/* [R] Why the last call failed, in words. */
MIM_IMPORT(last_error) int32_t mim_last_error(void);

/* ---- The request ------------------------------------------------------------------------------------------------ */

MIM_IMPORT(request_method) int32_t mim_request_method(void); /* [R] in upper case */
MIM_IMPORT(request_url) int32_t mim_request_url(void);       /* [R] path and query, below the mim's base path */
MIM_IMPORT(request_header) int32_t mim_request_header(const char *name, size_t len); /* [R] any case; MIM_ABSENT */
MIM_IMPORT(request_headers) int32_t mim_request_headers(void);                       /* [R] a JSON object */
MIM_IMPORT(request_body) int32_t mim_request_body(void);                             /* [R] 0 when there is none */
/* [R] The next part of a multipart form, {"key","filename","contentType"}; MIM_ABSENT at the end, MIM_DENIED: no form. */
MIM_IMPORT(form_next) int32_t mim_form_next(void);
MIM_IMPORT(form_value) int32_t mim_form_value(void); /* [R] the bytes of this part, once */
/* Stores this part as a file; its size. */
MIM_IMPORT(form_store) int32_t mim_form_store(const char *path, size_t len);

/* ---- The response ----------------------------------------------------------------------------------------------- */

MIM_IMPORT(response_status) int32_t mim_response_status(int32_t code); /* 200 to 599, before the first byte */
MIM_IMPORT(response_header)
int32_t mim_response_header(const char *name, size_t nlen, const char *value, size_t vlen);
/* Sends a piece at once. MIM_IO: the client is gone. */
MIM_IMPORT(response_write) int32_t mim_response_write(const void *data, size_t len);
/* Sends the last piece, and the end. */
MIM_IMPORT(response_end) int32_t mim_response_end(const void *data, size_t len);
/* Sends a stored file, and the end. */
MIM_IMPORT(response_file) int32_t mim_response_file(const char *path, size_t plen, const char *mime, size_t mlen);

/* ---- Storage: text by key, in the order of insertion, with tags ---------------------------------------------------- */

MIM_IMPORT(storage_get) int32_t mim_storage_get(const char *key, size_t len); /* [R] MIM_ABSENT */
MIM_IMPORT(storage_set) int32_t mim_storage_set(const char *key, size_t klen, const char *value, size_t vlen);
MIM_IMPORT(storage_set_tagged)
int32_t mim_storage_set_tagged(
    const char *key, size_t klen, const char *value, size_t vlen, const char *tag, size_t tlen);
MIM_IMPORT(storage_remove) int32_t mim_storage_remove(const char *key, size_t len); /* MIM_ABSENT */
/* All items of a tag in one step; how many there were. */
MIM_IMPORT(storage_remove_tagged) int32_t mim_storage_remove_tagged(const char *tag, size_t len);
/* [R] A page of 1 to 1000 items, {"items":[{"key","value","tag"}],"cursor"}. No tag: all. No cursor: the first page;
   "cursor":null: that was the last. */
MIM_IMPORT(storage_list)
int32_t mim_storage_list(const char *tag, size_t tlen, const char *cursor, size_t clen, int32_t limit);
/* [R] {"offset","limit","tag","filters","orderBy"} to {"items":[...],"total"}. */
MIM_IMPORT(storage_query) int32_t mim_storage_query(const char *json, size_t len);
/* Between begin and commit this mim is alone with its storage, and commit is all or nothing; inside, the response is
   held back and http is denied. Begins nest: begin returns the depth, the others what is left of it. */
MIM_IMPORT(storage_lock_begin) int32_t mim_storage_lock_begin(void);
MIM_IMPORT(storage_lock_commit) int32_t mim_storage_lock_commit(void);
MIM_IMPORT(storage_lock_rollback) int32_t mim_storage_lock_rollback(void);

/* ---- HTTP: any answer counts as success, also one of status 400 and above ------------------------------------------ */

MIM_IMPORT(http_get) int32_t mim_http_get(const char *url, size_t len); /* [R] the answer's body */
/* [R] {"url","method","headers","authorization","data","mode",...}; a body in place of "data" may be binary.
   "mode":"stream" returns 0 as soon as the headers are there, for mim_http_read. */
MIM_IMPORT(http_request) int32_t mim_http_request(const char *json, size_t len, const void *body, size_t blen);
MIM_IMPORT(http_status) int32_t mim_http_status(void);                         /* of the last answer; MIM_ABSENT */
MIM_IMPORT(http_header) int32_t mim_http_header(const char *name, size_t len); /* [R] MIM_ABSENT */
MIM_IMPORT(http_headers) int32_t mim_http_headers(void);                       /* [R] a JSON object */
MIM_IMPORT(http_read) int32_t mim_http_read(void); /* [R] the next piece of a stream; MIM_ABSENT at its end */
MIM_IMPORT(http_close) int32_t mim_http_close(void);

/* ---- Files, events, surroundings -------------------------------------------------------------------------------- */

MIM_IMPORT(file_save) int32_t mim_file_save(const char *path, size_t plen, const void *data, size_t dlen);
MIM_IMPORT(file_remove) int32_t mim_file_remove(const char *path, size_t len); /* MIM_ABSENT */
/* {"type","message"} to the mim's WebSocket clients; MIM_DENIED when it has no WebSocket. */
MIM_IMPORT(event_publish) int32_t mim_event_publish(const char *json, size_t len);
MIM_IMPORT(env_get) int32_t mim_env_get(const char *name, size_t len);   /* [R] MIM_ABSENT; no name: all, as JSON */
MIM_IMPORT(info_get) int32_t mim_info_get(const char *name, size_t len); /* [R] likewise; "apiRoot", "httpPort", ... */
MIM_IMPORT(log_write) int32_t mim_log_write(int32_t level, const char *text, size_t len);
MIM_IMPORT(time_now) int64_t mim_time_now(void); /* ms since 1970-01-01 UTC */
MIM_IMPORT(sleep_ms) int32_t mim_sleep_ms(int32_t ms);
MIM_IMPORT(random_bytes) int32_t mim_random_bytes(int32_t n); /* [R] secure ones */
/* Ends the instance; in C, mim_panic is handier. */
MIM_IMPORT(abort)
__attribute__((noreturn)) void mim_abort(const void *message, const void *file, int32_t line, int32_t column);

/* ---- Helpers ---------------------------------------------------------------------------------------------------- */

static inline size_t mim_strlen(const char *text) {
    size_t len = 0;
    while (text[len] != 0) {
        len++;
    }
    return len;
}

/* Logs the message as an error and ends the instance; the client gets status 500. */
__attribute__((noreturn)) static inline void mim_panic(const char *message) {
    mim_log_write(MIM_ERROR, message, mim_strlen(message));
    __builtin_trap();
}

static inline const char *mim_error_name(int32_t code) {
    switch (code) {
    case MIM_ABSENT:
        return "absent";
    case MIM_DENIED:
        return "denied";
    case MIM_LIMIT:
        return "limit";
    case MIM_INVALID:
        return "invalid";
    case MIM_IO:
        return "io";
    default:
        return "none";
    }
}

/* Copies the whole result and a terminating NUL; its length without that. MIM_LIMIT when it does not fit into cap bytes:
   then buf is "". */
static inline int32_t mim_read_result(char *buf, size_t cap) {
    int32_t len = mim_result_len();
    if (cap == 0) {
        return MIM_LIMIT;
    }
    if ((size_t)len >= cap) {
        buf[0] = 0;
        return MIM_LIMIT;
    }
    mim_result_read(buf, 0, (size_t)len);
    buf[len] = 0;
    return len;
}

/* The length of a text that an [R] function found, or its error: mim_result(mim_env_get(MIM_S("A")), buf, sizeof buf). */
static inline int32_t mim_result(int32_t found, char *buf, size_t cap) {
    if (found < 0) {
        if (cap > 0) {
            buf[0] = 0;
        }
        return found;
    }
    return mim_read_result(buf, cap);
}

#ifdef MIMOSA_MALLOC
/* The whole result with a terminating NUL, in memory that the caller frees; NULL without memory. Defined with
   MIMOSA_MALLOC, for programs that have a C library. */
static inline char *mim_result_dup(void) {
    size_t size = (size_t)mim_result_len() + 1;
    char *copy = (char *)malloc(size);
    if (copy != NULL) {
        mim_read_result(copy, size);
    }
    return copy;
}
#endif

static inline int mim_equal(const char *a, const char *b) {
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* Whether the request has this method, as in mim_method_is("GET"). Replaces the result. */
static inline int mim_method_is(const char *method) {
    char actual[32];
    return mim_result(mim_request_method(), actual, sizeof actual) >= 0 && mim_equal(actual, method);
}

/* Reads the result byte by byte through a small window, so that it may have any size. */
struct mim_reader {
    char window[64];
    int32_t offset; /* of the window in the result */
    int32_t filled;
    int32_t next; /* in the window */
};

static inline void mim_reader_start(struct mim_reader *reader) {
    reader->offset = 0;
    reader->filled = 0;
    reader->next = 0;
}

/* The next byte, 0 to 255; -1 at the end. */
static inline int mim_reader_next(struct mim_reader *reader) {
    if (reader->next == reader->filled) {
        reader->offset += reader->filled;
        reader->next = 0;
        reader->filled = mim_result_read(reader->window, (size_t)reader->offset, sizeof reader->window);
        if (reader->filled <= 0) {
            reader->filled = 0;
            return -1;
        }
    }
    return (unsigned char)reader->window[reader->next++];
}

static inline int mim_hex(int c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that c begins, where the reader stands: '%41' is 'A', and '+' a space in a query. -1: no two digits follow. */
static inline int mim_percent_decode(struct mim_reader *reader, int c, int in_query) {
    int high;
    int low;
    if (c == '+' && in_query) {
        return ' ';
    }
    if (c != '%') {
        return c;
    }
    high = mim_hex(mim_reader_next(reader));
    low = high < 0 ? -1 : mim_hex(mim_reader_next(reader));
    return low < 0 ? -1 : high * 16 + low;
}

/* The path of the request as it was sent, without the query and with a NUL: its length, MIM_LIMIT when buf is too small.
   Replaces the result. */
static inline int32_t mim_path(char *buf, size_t cap) {
    struct mim_reader reader;
    size_t len = 0;
    int c;
    mim_request_url();
    mim_reader_start(&reader);
    while ((c = mim_reader_next(&reader)) >= 0 && c != '?' && len < cap) {
        buf[len++] = (char)c;
    }
    if (len >= cap) {
        return MIM_LIMIT;
    }
    buf[len] = 0;
    return (int32_t)len;
}

/* Decodes the %XX in a path in place; its new length, MIM_INVALID for a % without two hexadecimal digits. */
static inline int32_t mim_decode(char *text) {
    size_t from = 0;
    size_t to = 0;
    while (text[from] != 0) {
        int c = (unsigned char)text[from++];
        if (c == '%') {
            int high = mim_hex((unsigned char)text[from]);
            int low = high < 0 ? -1 : mim_hex((unsigned char)text[from + 1]);
            if (low < 0) {
                return MIM_INVALID;
            }
            c = high * 16 + low;
            from += 2;
        }
        text[to++] = (char)c;
    }
    text[to] = 0;
    return (int32_t)to;
}

/* Compares a parameter's name, up to the byte that ends it: '=', '&' or -1 in *end. */
static inline int mim_query_name_is(struct mim_reader *reader, const char *name, int *end) {
    int same = 1;
    int c;
    while ((c = mim_reader_next(reader)) >= 0 && c != '=' && c != '&') {
        same = same && *name != 0 && mim_percent_decode(reader, c, 1) == (unsigned char)*name;
        name += same;
    }
    *end = c;
    return same && *name == 0;
}

static inline int32_t mim_query_value(struct mim_reader *reader, char *buf, size_t cap) {
    size_t len = 0;
    int c;
    while ((c = mim_reader_next(reader)) >= 0 && c != '&') {
        c = mim_percent_decode(reader, c, 1);
        if (c < 0 || len + 1 == cap) {
            buf[0] = 0;
            return c < 0 ? MIM_INVALID : MIM_LIMIT;
        }
        buf[len++] = (char)c;
    }
    buf[len] = 0;
    return (int32_t)len;
}

/* The decoded value of a query parameter, the first of that name, and a NUL: its length, MIM_ABSENT, MIM_INVALID for a %
   without two hexadecimal digits, MIM_LIMIT when buf is too small; buf is "" then. Replaces the result. */
static inline int32_t mim_query(const char *name, char *buf, size_t cap) {
    struct mim_reader reader;
    int c;
    if (cap == 0) {
        return MIM_LIMIT;
    }
    buf[0] = 0;
    mim_request_url();
    mim_reader_start(&reader);
    do {
        c = mim_reader_next(&reader);
    } while (c >= 0 && c != '?');
    while (c >= 0) {
        if (mim_query_name_is(&reader, name, &c)) {
            return c == '=' ? mim_query_value(&reader, buf, cap) : 0;
        }
        while (c >= 0 && c != '&') {
            c = mim_reader_next(&reader);
        }
    }
    return MIM_ABSENT;
}

/* The number that a text begins with, at most 2147483647; otherwise, or when it does not begin with one, this one. */
static inline int32_t mim_number(const char *text, int32_t otherwise) {
    int64_t number = 0;
    if (*text < '0' || *text > '9') {
        return otherwise;
    }
    while (*text >= '0' && *text <= '9') {
        number = number * 10 + (*text++ - '0');
        if (number > INT32_MAX) {
            return otherwise;
        }
    }
    return (int32_t)number;
}

/* Writes a number in decimal, and a NUL, to at least 12 bytes; its length. */
static inline size_t mim_decimal(int32_t number, char *buf) {
    char digits[10];
    uint32_t rest = number < 0 ? 0u - (uint32_t)number : (uint32_t)number;
    size_t count = 0;
    size_t len = 0;
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0) {
        buf[len++] = '-';
    }
    while (count > 0) {
        buf[len++] = digits[--count];
    }
    buf[len] = 0;
    return len;
}

/* Text that is put together in a buffer of the caller's: always with a NUL, cut and marked overflow when it is full. */
struct mim_text {
    char *buf;
    size_t cap;
    size_t len;
    int overflow;
};

static inline struct mim_text mim_text_in(char *buf, size_t cap) {
    struct mim_text text = {buf, cap, 0, cap == 0};
    if (cap > 0) {
        buf[0] = 0;
    }
    return text;
}

static inline void mim_add_char(struct mim_text *text, char c) {
    if (text->len + 1 >= text->cap) {
        text->overflow = 1;
        return;
    }
    text->buf[text->len++] = c;
    text->buf[text->len] = 0;
}

static inline void mim_add(struct mim_text *text, const char *more) {
    while (*more != 0) {
        mim_add_char(text, *more++);
    }
}

static inline void mim_add_number(struct mim_text *text, int32_t number) {
    char digits[12];
    mim_decimal(number, digits);
    mim_add(text, digits);
}

/* Adds a JSON string: quoted, escaped. */
static inline void mim_add_json(struct mim_text *text, const char *value) {
    mim_add_char(text, '"');
    for (; *value != 0; value++) {
        unsigned char c = (unsigned char)*value;
        if (c == '"' || c == '\\') {
            mim_add_char(text, '\\');
            mim_add_char(text, (char)c);
        } else if (c < 0x20) {
            mim_add(text, "\\u00");
            mim_add_char(text, (char)('0' + (c >> 4)));
            mim_add_char(text, "0123456789abcdef"[c & 15]);
        } else {
            mim_add_char(text, (char)c);
        }
    }
    mim_add_char(text, '"');
}

/* Sends a whole answer; an error when one was sent already, or begun. */
static inline int32_t mim_respond(int32_t status, const char *type, const void *data, size_t len) {
    int32_t code = mim_response_status(status);
    if (code == 0 && type != NULL) {
        code = mim_response_header(MIM_S("content-type"), type, mim_strlen(type));
    }
    return code == 0 ? mim_response_end(data, len) : code;
}

static inline int32_t mim_respond_text(int32_t status, const char *text) {
    return mim_respond(status, "text/plain; charset=utf-8", text, mim_strlen(text));
}

static inline int32_t mim_respond_json(int32_t status, const char *json) {
    return mim_respond(status, "application/json", json, mim_strlen(json));
}

/* Sends the result, which may have any size, as the next pieces of the response. */
static inline int32_t mim_write_result(void) {
    char piece[8192];
    size_t offset = 0;
    int32_t len;
    while ((len = mim_result_read(piece, offset, sizeof piece)) > 0) {
        int32_t code = mim_response_write(piece, (size_t)len);
        if (code < 0) {
            return code;
        }
        offset += (size_t)len;
    }
    return 0;
}

/* Answers {"error":{"code":<status>,"message":<message>}}; a message of more than 400 bytes is cut. */
static inline int32_t mim_respond_error(int32_t status, const char *message) {
    char shown[401];
    char json[512 + 6 * 400];
    struct mim_text cut = mim_text_in(shown, sizeof shown);
    struct mim_text text = mim_text_in(json, sizeof json);
    mim_add(&cut, message);
    mim_add(&text, "{\"error\":{\"code\":");
    mim_add_number(&text, status);
    mim_add(&text, ",\"message\":");
    mim_add_json(&text, shown);
    mim_add(&text, "}}");
    return mim_respond_json(status, json);
}

/* ---- What compilers call ---------------------------------------------------------------------------------------- */

#ifdef MIMOSA_FREESTANDING
/* Loops that the compiler must not turn into calls of themselves. */
#define MIM_NO_BUILTIN __attribute__((no_builtin, weak))

MIM_NO_BUILTIN void *memcpy(void *dst, const void *src, size_t len) {
    size_t i;
    for (i = 0; i < len; i++) {
        ((char *)dst)[i] = ((const char *)src)[i];
    }
    return dst;
}

MIM_NO_BUILTIN void *memmove(void *dst, const void *src, size_t len) {
    size_t i;
    if ((uintptr_t)dst <= (uintptr_t)src) {
        return memcpy(dst, src, len);
    }
    for (i = len; i > 0; i--) {
        ((char *)dst)[i - 1] = ((const char *)src)[i - 1];
    }
    return dst;
}

MIM_NO_BUILTIN void *memset(void *dst, int value, size_t len) {
    size_t i;
    for (i = 0; i < len; i++) {
        ((char *)dst)[i] = (char)value;
    }
    return dst;
}

MIM_NO_BUILTIN int memcmp(const void *a, const void *b, size_t len) {
    size_t i;
    for (i = 0; i < len; i++) {
        int difference = ((const unsigned char *)a)[i] - ((const unsigned char *)b)[i];
        if (difference != 0) {
            return difference;
        }
    }
    return 0;
}
#endif

#ifdef __cplusplus
}
#endif

#endif
