package mimosa.engine.js;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What to do instead, for those who look for what other hosts offer. */
final class Hints {
    private static final Pattern MISSING = Pattern.compile("ReferenceError: \"(\\w{1,30})\" is not defined\\.?");

    private static final Map<String, String> HINTS = new HashMap<>();

    static {
        add("there are no modules here: bundle the program, for example with webpack", "require module exports define");
        add("this is no Node.js: bundle what replaces it, for example with webpack", "process Buffer global __dirname");
        add("files of the host are out of reach: see context.storage.saveFile and response.writeMimeFile", "fs path");
        add("call others with context.http.request", "fetch XMLHttpRequest http https axios");
        add("the configuration mimosa.engine.js has setInterval = false: use setTimeout", "setInterval clearInterval");
        add("push to clients with context.dispatchWebSocketEvent", "WebSocket EventSource");
        add("keep values in context.storage", "localStorage sessionStorage indexedDB");
        add("this is no browser, the global object is globalThis", "window self document navigator");
        add("use Duktape.enc('base64', text) and Duktape.dec('base64', text)", "btoa atob");
        add("bundle a polyfill, for example of core-js", "URL URLSearchParams AbortController structuredClone");
    }

    private Hints() {}

    private static void add(String hint, String names) {
        for (String name : names.split(" ")) {
            HINTS.put(name, hint);
        }
    }

    /** The text of an error, with a hint where there is one. */
    static String withHint(String error) {
        Matcher missing = MISSING.matcher(error);
        String hint = missing.matches() ? HINTS.get(missing.group(1)) : null;
        return hint == null ? error : error.replaceFirst("\\.$", "") + " (" + hint + ")";
    }
}
