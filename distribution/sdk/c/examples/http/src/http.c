#include "mimosa.h"

/* Reads the address out of the query; answers and returns 0 when there is none. */
static int read_url(char *url, size_t cap) {
    if (mim_query("url", url, cap) > 0) {
        return 1;
    }
    mim_respond_error(400, "give the address to call as ?url=");
    return 0;
}

static void fetch(void) {
    char url[2048];
    char json[64];
    struct mim_text text = mim_text_in(json, sizeof json);
    if (!read_url(url, sizeof url)) {
        return;
    }
    int32_t length = mim_http_get(url, mim_strlen(url));
    if (length < 0) {
        mim_respond_error(502, mim_error_name(length));
        return;
    }
    mim_add(&text, "{\"status\":");
    mim_add_number(&text, mim_http_status());
    mim_add(&text, ",\"length\":");
    mim_add_number(&text, length);
    mim_add(&text, "}");
    mim_respond_json(200, json);
}

/* Sends each piece of the answer on as it arrives. */
static void proxy(void) {
    char url[2048];
    char request[sizeof url * 2];
    char type[256];
    struct mim_text text = mim_text_in(request, sizeof request);
    if (!read_url(url, sizeof url)) {
        return;
    }
    mim_add(&text, "{\"mode\":\"stream\",\"url\":");
    mim_add_json(&text, url);
    mim_add(&text, "}");
    int32_t code = text.overflow ? MIM_LIMIT : mim_http_request(request, text.len, NULL, 0);
    if (code < 0) {
        mim_respond_error(502, mim_error_name(code));
        return;
    }
    mim_response_status(mim_http_status());
    int32_t length = mim_result(mim_http_header(MIM_S("content-type")), type, sizeof type);
    if (length > 0) {
        mim_response_header(MIM_S("content-type"), type, (size_t)length);
    }
    while ((length = mim_http_read()) > 0) {
        if (mim_write_result() < 0) {
            return; /* the client is gone */
        }
    }
    if (length != MIM_ABSENT) {
        mim_panic("the answer broke off"); /* so that the client sees that its copy is not whole */
    }
    mim_response_end(NULL, 0);
}

MIM_HANDLE {
    char path[64];
    int32_t known = mim_path(path, sizeof path);
    if (known >= 0 && mim_equal(path, "/fetch")) {
        fetch();
    } else if (known >= 0 && mim_equal(path, "/proxy")) {
        proxy();
    } else {
        mim_respond_error(404, "there are /fetch and /proxy");
    }
}
