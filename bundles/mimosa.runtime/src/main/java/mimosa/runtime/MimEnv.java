package mimosa.runtime;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import mimosa.api.MimosaException;
import mimosa.runtime.image.Names;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mim's variables as they are after checking: every value a string, the runtime's own {@code MCM.*} keys filled in, and
 * the paths that follow from them.
 *
 * @param variables sorted by key; unmodifiable
 * @param path effective path, {@code /<clientId><base path>}
 * @param alias second path, or {@code null}
 */
record MimEnv(Map<String, String> variables, String path, String alias) {
    static final String BASE_PATH = "MCM.BASE_API_PATH";
    static final String RUNTIME = "MCM.RUNTIME";
    static final String ALIAS = "MCM.API_ALIAS";
    static final String WEBSOCKETS = "MCM.WEBSOCKET_SUPPORT";
    static final String ENCRYPTION = "MCM.DB_ENCRYPTION_SUPPORT";
    static final String MAX_TIME = "MCM.MAX_EXECUTION_TIME_SEC";

    private static final Logger LOG = LoggerFactory.getLogger(MimEnv.class);
    private static final int MAX_KEYS = 256;
    private static final int MAX_VALUE_BYTES = 64 * 1024;
    private static final int MAX_TOTAL_BYTES = 256 * 1024;
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_.-]{1,128}");
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._~-]+");
    private static final Pattern VERSIONED = Pattern.compile("(.+)-(v\\d+)");

    /** Switches that are there even when nobody sets them. */
    private static final List<String> DEFAULT_OFF =
            List.of(WEBSOCKETS, ENCRYPTION, "MCM.LINKLOCAL_REPLAY_NONCE_SUPPORT");

    private static final List<String> SWITCHES = List.of(
            WEBSOCKETS,
            ENCRYPTION,
            "MCM.LINKLOCAL_REPLAY_NONCE_SUPPORT",
            ALIAS,
            "MCM.OTEL_SUPPORT",
            "MCM.DB_EMBEDDING_SUPPORT");
    private static final List<String> OTHERS = List.of(BASE_PATH, RUNTIME, MAX_TIME, "MCM.CHILD_RUNTIME");

    /**
     * @param id the mim's id
     * @param imageName from which the default base path is made
     * @param defaults the image's variables
     * @param given the deployment's; wins key by key, {@code null} removes a key
     * @param givenId the id the caller named, which tells an edited answer of a list from a new deployment
     */
    static MimEnv of(
            String id,
            String clientId,
            String imageName,
            String engine,
            Map<String, ?> defaults,
            Map<String, ?> given,
            String givenId) {
        Map<String, String> env = new TreeMap<>();
        merge(env, defaults);
        merge(env, given);
        checkSizes(env);
        switches(env);
        env.put(RUNTIME, engine);
        String prefix = "/" + clientId;
        String base = env.get(BASE_PATH);
        if (base == null) {
            base = defaultBasePath(imageName);
        } else if (id.equals(givenId) && base.startsWith(prefix + "/")) {
            base = base.substring(prefix.length());
        }
        base = normalBasePath(base);
        String path = prefix + base;
        env.put(BASE_PATH, path);
        String alias = "true".equals(env.get(ALIAS)) && !clientId.equals("api") ? "/api" + base : null;
        return new MimEnv(Collections.unmodifiableMap(env), path, alias);
    }

    private static void merge(Map<String, String> env, Map<String, ?> from) {
        if (from == null) {
            return;
        }
        from.forEach((key, value) -> {
            if (!KEY.matcher(key).matches()) {
                throw MimosaException.invalid("env key '" + Names.shown(key) + "' must match " + KEY);
            }
            if (value == null) {
                env.remove(key);
            } else if (value instanceof String || value instanceof Number || value instanceof Boolean) {
                env.put(key, value.toString());
            } else {
                throw MimosaException.invalid("env '" + key + "' must be a string, number or boolean");
            }
        });
    }

    private static void checkSizes(Map<String, String> env) {
        if (env.size() > MAX_KEYS) {
            throw MimosaException.invalid("env has " + env.size() + " keys, at most " + MAX_KEYS + " are allowed");
        }
        long total = 0;
        for (Map.Entry<String, String> entry : env.entrySet()) {
            int bytes = entry.getValue().getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_VALUE_BYTES) {
                throw MimosaException.invalid("env '" + entry.getKey() + "' has " + bytes + " bytes, at most "
                        + MAX_VALUE_BYTES + " are allowed");
            }
            total += bytes + entry.getKey().length();
        }
        if (total > MAX_TOTAL_BYTES) {
            throw MimosaException.invalid("env has " + total + " bytes, at most " + MAX_TOTAL_BYTES + " are allowed");
        }
    }

    private static void switches(Map<String, String> env) {
        DEFAULT_OFF.forEach(key -> env.putIfAbsent(key, "false"));
        for (Map.Entry<String, String> entry : env.entrySet()) {
            String key = entry.getKey();
            if (SWITCHES.contains(key)) {
                String value = entry.getValue().toLowerCase(Locale.ROOT);
                if (!value.equals("true") && !value.equals("false")) {
                    throw MimosaException.invalid(
                            "env '" + key + "' is '" + Names.shown(entry.getValue()) + "', expected true or false");
                }
                entry.setValue(value);
            } else if (key.startsWith("MCM.") && !OTHERS.contains(key)) {
                LOG.warn("the variable {} has no effect on this node", key);
            }
        }
    }

    private static String defaultBasePath(String imageName) {
        var versioned = VERSIONED.matcher(imageName);
        return versioned.matches() ? "/" + versioned.group(1) + "/" + versioned.group(2) : "/" + imageName + "/v1";
    }

    private static String normalBasePath(String given) {
        String path = given.startsWith("/") ? given : "/" + given;
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        String[] segments = path.isEmpty() ? new String[0] : path.substring(1).split("/", -1);
        boolean legal = segments.length >= 1 && segments.length <= 8 && path.length() <= 256;
        for (String segment : segments) {
            legal &= SEGMENT.matcher(segment).matches() && !segment.equals(".") && !segment.equals("..");
        }
        if (!legal) {
            throw MimosaException.invalid("env '" + BASE_PATH + "' is '" + Names.shown(given)
                    + "', expected 1 to 8 segments of letters, digits and . _ ~ -, at most 256 characters");
        }
        return path;
    }
}
