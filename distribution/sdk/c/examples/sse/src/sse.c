#include "mimosa.h"

/* A number of the query, or the one given when it is missing. */
static int32_t parameter(const char *name, int32_t otherwise) {
    char text[16];
    return mim_query(name, text, sizeof text) > 0 ? mim_number(text, otherwise) : otherwise;
}

MIM_HANDLE {
    char path[64];
    if (mim_path(path, sizeof path) < 0 || !mim_equal(path, "/events")) {
        mim_respond_error(404, "there is only /events");
        return;
    }
    int32_t count = parameter("n", 3);
    int32_t pause = parameter("ms", 100);
    mim_response_header(MIM_S("content-type"), MIM_S("text/event-stream"));
    mim_response_header(MIM_S("cache-control"), MIM_S("no-cache"));
    for (int32_t i = 1; i <= count; i++) {
        char event[32];
        struct mim_text text = mim_text_in(event, sizeof event);
        mim_add(&text, "data: ");
        mim_add_number(&text, i);
        mim_add(&text, "\n\n");
        if (i > 1 && mim_sleep_ms(pause) < 0) {
            break;
        }
        if (mim_response_write(event, text.len) < 0) {
            return; /* the client is gone */
        }
    }
    mim_response_end(NULL, 0);
}
