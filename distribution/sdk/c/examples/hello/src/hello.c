#include "mimosa.h"

MIM_HANDLE {
    char path[64];
    char name[256];
    char greeting[300];
    struct mim_text text = mim_text_in(greeting, sizeof greeting);

    if (mim_path(path, sizeof path) < 0 || !mim_equal(path, "/hello")) {
        mim_respond_error(404, "there is only /hello");
        return;
    }
    int32_t found = mim_query("name", name, sizeof name);
    if (found < 0 && found != MIM_ABSENT) {
        mim_respond_error(400, "the name is malformed or longer than 255 bytes");
        return;
    }
    mim_add(&text, "Hello ");
    mim_add(&text, found > 0 ? name : "World");
    mim_respond_text(200, greeting);
}
