#include "mimosa.h"

/* GET /?name=Ada greets, and counts the greetings. */
MIM_HANDLE {
    char name[128];
    char count[16];
    char greeting[256];
    struct mim_text text = mim_text_in(greeting, sizeof greeting);

    if (!mim_method_is("GET")) {
        mim_respond_error(405, "only GET is possible");
        return;
    }
    mim_storage_lock_begin();
    mim_result(mim_storage_get(MIM_S("greetings")), count, sizeof count);
    size_t len = mim_decimal(mim_number(count, 0) + 1, count);
    mim_storage_set(MIM_S("greetings"), count, len);
    if (mim_storage_lock_commit() < 0) {
        mim_respond_error(503, "the storage failed");
        return;
    }
    mim_add(&text, "Hello ");
    mim_add(&text, mim_query("name", name, sizeof name) > 0 ? name : "World");
    mim_add(&text, ", greeting number ");
    mim_add(&text, count);
    mim_respond_text(200, greeting);
}
