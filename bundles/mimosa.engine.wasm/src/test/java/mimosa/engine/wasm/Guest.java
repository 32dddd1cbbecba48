package mimosa.engine.wasm;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a module as text: the imports that are asked for, one page of memory, and texts in it. Whatever is printed is
 * gathered from address 40000 on and leaves with {@code $done}.
 */
final class Guest {
    private static final Map<String, String> SIGNATURES = new TreeMap<>(Map.ofEntries(
            Map.entry("result_len", ":i"),
            Map.entry("result_read", "iii:i"),
            Map.entry("last_error", ":i"),
            Map.entry("request_method", ":i"),
            Map.entry("request_url", ":i"),
            Map.entry("request_header", "ii:i"),
            Map.entry("request_headers", ":i"),
            Map.entry("request_body", ":i"),
            Map.entry("form_next", ":i"),
            Map.entry("form_value", ":i"),
            Map.entry("form_store", "ii:i"),
            Map.entry("response_status", "i:i"),
            Map.entry("response_header", "iiii:i"),
            Map.entry("response_write", "ii:i"),
            Map.entry("response_end", "ii:i"),
            Map.entry("response_file", "iiii:i"),
            Map.entry("storage_get", "ii:i"),
            Map.entry("storage_set", "iiii:i"),
            Map.entry("storage_set_tagged", "iiiiii:i"),
            Map.entry("storage_remove", "ii:i"),
            Map.entry("storage_remove_tagged", "ii:i"),
            Map.entry("storage_list", "iiiii:i"),
            Map.entry("storage_query", "ii:i"),
            Map.entry("storage_lock_begin", ":i"),
            Map.entry("storage_lock_commit", ":i"),
            Map.entry("storage_lock_rollback", ":i"),
            Map.entry("http_get", "ii:i"),
            Map.entry("http_request", "iiii:i"),
            Map.entry("http_status", ":i"),
            Map.entry("http_header", "ii:i"),
            Map.entry("http_headers", ":i"),
            Map.entry("http_read", ":i"),
            Map.entry("http_close", ":i"),
            Map.entry("file_save", "iiii:i"),
            Map.entry("file_remove", "ii:i"),
            Map.entry("event_publish", "ii:i"),
            Map.entry("env_get", "ii:i"),
            Map.entry("info_get", "ii:i"),
            Map.entry("log_write", "iii:i"),
            Map.entry("time_now", ":l"),
            Map.entry("sleep_ms", "i:i"),
            Map.entry("random_bytes", "i:i"),
            Map.entry("abort", "iiii:")));

    private static final String PRINTING =
            """
            (global $out (mut i32) (i32.const 40000))
            (func $put (param $byte i32)
              (i32.store8 (global.get $out) (local.get $byte))
              (global.set $out (i32.add (global.get $out) (i32.const 1))))
            (func $digits (param $n i32)
              (if (i32.ge_u (local.get $n) (i32.const 10))
                (then (call $digits (i32.div_u (local.get $n) (i32.const 10)))))
              (call $put (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10)))))
            (func $comma
              (if (i32.ne (global.get $out) (i32.const 40000)) (then (call $put (i32.const 44)))))
            (func $print (param $n i32)
              (call $comma)
              (if (i32.lt_s (local.get $n) (i32.const 0))
                (then (call $put (i32.const 45))
                      (local.set $n (i32.sub (i32.const 0) (local.get $n)))))
              (call $digits (local.get $n)))
            (func $result (param $n i32)
              (call $comma)
              (if (i32.lt_s (local.get $n) (i32.const 0))
                (then (call $put (i32.const 33)))
                (else (global.set $out (i32.add (global.get $out)
                  (call $result_read (global.get $out) (i32.const 0) (local.get $n)))))))
            (func $done
              (drop (call $response_end (i32.const 40000)
                (i32.sub (global.get $out) (i32.const 40000)))))
            """;

    private final DataSegments data = new DataSegments(16);
    private final StringBuilder fields = new StringBuilder();

    /** Where a text lies, as the two constants of a pointer. */
    String text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    String bytes(byte... bytes) {
        return data.add(bytes);
    }

    /** Adds fields of the module. */
    Guest field(String field) {
        fields.append(field).append('\n');
        return this;
    }

    /** The module whose handler has this body, with everything it calls. */
    String handler(String body) {
        return module("(func (export \"mim_handle\") " + body + ")");
    }

    String module(String functions) {
        String rest = fields + functions;
        StringBuilder all = new StringBuilder("(module\n");
        SIGNATURES.forEach((name, signature) -> {
            boolean printing = name.equals("response_end") || name.equals("result_read");
            if (printing || rest.contains("$" + name + " ") || rest.contains("$" + name + ")")) {
                all.append(imported("env", name, signature));
            }
        });
        Wasi.SIGNATURES.forEach((name, signature) -> {
            if (rest.contains("$" + name + " ") || rest.contains("$" + name + ")")) {
                all.append(imported("wasi_snapshot_preview1", name, signature));
            }
        });
        if (!rest.contains("(memory (")) {
            all.append("(memory (export \"memory\") 1)\n");
        }
        return all.append(PRINTING).append(data).append(rest).append(")").toString();
    }

    private static String imported(String module, String name, String signature) {
        String[] parts = signature.split(":", -1);
        StringBuilder type = new StringBuilder();
        parts[0].chars()
                .forEach(letter -> type.append(" (param ").append(value(letter)).append(")"));
        parts[1].chars()
                .forEach(
                        letter -> type.append(" (result ").append(value(letter)).append(")"));
        return "(import \"" + module + "\" \"" + name + "\" (func $" + name + type + "))\n";
    }

    private static String value(int letter) {
        return letter == 'l' ? "i64" : "i32";
    }

    /** The functions of WASI that tests call. */
    private static final class Wasi {
        static final Map<String, String> SIGNATURES = new TreeMap<>(Map.ofEntries(
                Map.entry("clock_time_get", "ili:i"),
                Map.entry("clock_res_get", "ii:i"),
                Map.entry("random_get", "ii:i"),
                Map.entry("fd_write", "iiii:i"),
                Map.entry("fd_read", "iiii:i"),
                Map.entry("fd_close", "i:i"),
                Map.entry("fd_seek", "ilii:i"),
                Map.entry("fd_prestat_get", "ii:i"),
                Map.entry("path_open", "iiiiillii:i"),
                Map.entry("sock_send", "iiiii:i"),
                Map.entry("args_sizes_get", "ii:i"),
                Map.entry("environ_sizes_get", "ii:i"),
                Map.entry("environ_get", "ii:i"),
                Map.entry("poll_oneoff", "iiii:i"),
                Map.entry("proc_exit", "i:"),
                Map.entry("proc_raise", "i:i"),
                Map.entry("sched_yield", ":i")));
    }
}
