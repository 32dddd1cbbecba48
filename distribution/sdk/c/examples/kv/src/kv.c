#include "mimosa.h"

static char value[65536];
static char key[1025];

static void respond_code(int32_t code) {
    mim_respond_error(code == MIM_ABSENT ? 404 : code == MIM_IO ? 503 : 400, mim_error_name(code));
}

static void get_item(size_t len) {
    int32_t found = mim_storage_get(key, len);
    if (found < 0) {
        respond_code(found);
        return;
    }
    mim_response_header(MIM_S("content-type"), MIM_S("text/plain; charset=utf-8"));
    if (mim_write_result() == 0) {
        mim_response_end(NULL, 0);
    }
}

static void put_item(size_t len) {
    int32_t size = mim_result(mim_request_body(), value, sizeof value);
    if (size == MIM_LIMIT) {
        mim_respond_error(413, "the value has 64 KiB or more");
        return;
    }
    int32_t code = mim_storage_set(key, len, value, (size_t)size);
    if (code < 0) {
        respond_code(code);
    } else {
        mim_respond(204, NULL, NULL, 0);
    }
}

static void delete_item(size_t len) {
    int32_t code = mim_storage_remove(key, len);
    if (code < 0 && code != MIM_ABSENT) {
        respond_code(code);
    } else {
        mim_respond(204, NULL, NULL, 0);
    }
}

static void item(const char *path) {
    struct mim_text text = mim_text_in(key, sizeof key);
    mim_add(&text, path);
    int32_t len = text.overflow ? MIM_LIMIT : mim_decode(key);
    if (len < 0) {
        respond_code(len);
    } else if (mim_method_is("GET")) {
        get_item((size_t)len);
    } else if (mim_method_is("PUT")) {
        put_item((size_t)len);
    } else if (mim_method_is("DELETE")) {
        delete_item((size_t)len);
    } else {
        mim_respond_error(405, "an item has GET, PUT and DELETE");
    }
}

/* Moves behind the next JSON string and copies what is between its quotes, as it is; 0 when there is none. */
static int next_string(struct mim_reader *reader, struct mim_text *copy) {
    int c;
    while ((c = mim_reader_next(reader)) >= 0 && c != '"') {
    }
    if (c < 0) {
        return 0;
    }
    while ((c = mim_reader_next(reader)) >= 0 && c != '"') {
        mim_add_char(copy, (char)c);
        if (c == '\\') {
            mim_add_char(copy, (char)mim_reader_next(reader));
        }
    }
    return 1;
}

/* Sends the keys of the page that is the result; its cursor goes into the text. */
static int send_keys(struct mim_text *cursor, int *first) {
    static char escaped[8192];
    char name[8];
    struct mim_reader reader;
    mim_reader_start(&reader);
    for (;;) {
        struct mim_text member = mim_text_in(name, sizeof name);
        struct mim_text found = mim_text_in(escaped, sizeof escaped);
        if (!next_string(&reader, &member)) {
            return 0;
        }
        if (mim_equal(name, "key")) {
            mim_add(&found, *first ? "\"" : ",\"");
            next_string(&reader, &found);
            mim_add(&found, "\"");
            *first = 0;
            if (mim_response_write(escaped, found.len) < 0) {
                return -1;
            }
        } else if (mim_equal(name, "cursor")) {
            next_string(&reader, cursor);
        } else if (!mim_equal(name, "items")) {
            next_string(&reader, &found); /* a value or a tag */
        }
    }
}

static void list(void) {
    char next[128];
    struct mim_text cursor = mim_text_in(next, sizeof next);
    int first = 1;
    int32_t size = mim_storage_list(NULL, 0, NULL, 0, 100);
    mim_response_header(MIM_S("content-type"), MIM_S("application/json"));
    mim_response_write(MIM_S("["));
    while (size >= 0) {
        cursor = mim_text_in(next, sizeof next);
        if (send_keys(&cursor, &first) < 0) {
            return; /* the client is gone */
        }
        if (cursor.len == 0) {
            mim_response_end(MIM_S("]"));
            return;
        }
        size = mim_storage_list(NULL, 0, next, cursor.len, 100);
    }
    mim_panic("the keys cannot be listed"); /* so that the client sees that the list is not whole */
}

/* The number is the item "count". Requests that count at the same time wait for each other. */
static void count(void) {
    int32_t depth = mim_storage_lock_begin();
    if (depth < 0) {
        respond_code(depth);
        return;
    }
    mim_result(mim_storage_get(MIM_S("count")), value, sizeof value);
    int32_t number = mim_number(value, 0);
    size_t len = mim_decimal(number < INT32_MAX ? number + 1 : 1, value);
    int32_t code = mim_storage_set(MIM_S("count"), value, len);
    code = code < 0 ? code : mim_storage_lock_commit();
    if (code < 0) {
        mim_storage_lock_rollback(); /* what is answered inside a lock is held back */
        respond_code(code);
        return;
    }
    mim_respond_text(200, value);
}

MIM_HANDLE {
    char path[3 * sizeof key];
    if (mim_path(path, sizeof path) < 0) {
        mim_respond_error(414, "the path is too long");
    } else if (mim_equal(path, "/count") && mim_method_is("POST")) {
        count();
    } else if (mim_equal(path, "/kv") && mim_method_is("GET")) {
        list();
    } else if (path[0] == '/' && path[1] == 'k' && path[2] == 'v' && path[3] == '/') {
        item(path + 4);
    } else {
        mim_respond_error(404, "there are /kv, /kv/<key> and POST /count");
    }
}
