package mimosa.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mimosa.api.MimosaException;

/** The files of an image that mean something, collected from one or more archives; the later one wins. */
final class ImageParts {
    private static final String JS = "index.js";
    private static final String WASM = "index.wasm";
    private static final String SOURCE_MAP = "index.js.map";
    private static final String MIM = "mim.json";
    private static final String PACKAGE = "package.json";
    private static final String CONFIG = "config.json";
    private static final String WEBSOCKET = "enable_websocket";
    private static final List<String> NAMES = List.of(JS, WASM, SOURCE_MAP, MIM, PACKAGE, CONFIG);

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final byte[] WASM_VERSION_1 = {0, 'a', 's', 'm', 1, 0, 0, 0};

    private final ImageLimits limits;
    private final Map<String, byte[]> parts = new HashMap<>();

    ImageParts(ImageLimits limits) {
        this.limits = limits;
    }

    static boolean isProgram(String name) {
        return name.equals(JS) || name.equals(WASM);
    }

    /** Takes what matters from the root of an archive. */
    void add(Archive archive) throws IOException {
        for (String name : NAMES) {
            if (archive.isFile(name)) {
                parts.put(name, archive.read(name, limit(name)));
            } else if (archive.has(name)) {
                throw MimosaException.invalid(name + (isProgram(name) ? " is" : ":") + " not a regular file");
            }
        }
    }

    private int limit(String name) {
        return switch (name) {
            case WASM -> limits.wasmBytes();
            case JS, SOURCE_MAP -> limits.jsBytes();
            default -> ImageJson.MAX_BYTES;
        };
    }

    boolean hasProgram() {
        return parts.containsKey(JS) || parts.containsKey(WASM);
    }

    /** What the descriptors say of name and version: {@code mim.json} first, then {@code package.json}. */
    ImageTag descriptorTag() {
        ImageTag mim = descriptorTag(MIM);
        ImageTag npm = descriptorTag(PACKAGE);
        String name = npm.name();
        boolean scoped = name != null && name.startsWith("@") && name.indexOf('/') > 0;
        return mim.or(new ImageTag(scoped ? name.substring(name.indexOf('/') + 1) : name, npm.version()));
    }

    private ImageTag descriptorTag(String file) {
        if (!parts.containsKey(file)) {
            return ImageTag.NONE;
        }
        JsonNode descriptor = ImageJson.object(file, parts.get(file));
        return new ImageTag(ImageJson.text(file, descriptor, "name"), ImageJson.text(file, descriptor, "version"));
    }

    /** The checked content under the given name and version. */
    ImageContent content(ImageTag tag) {
        if (!hasProgram()) {
            throw MimosaException.invalid("no index.js or index.wasm in the image");
        }
        if (parts.containsKey(JS) && parts.containsKey(WASM)) {
            throw MimosaException.invalid("both index.js and index.wasm present, expected one of them");
        }
        Map<String, Object> env = env();
        return parts.containsKey(JS)
                ? new ImageContent(tag.name(), tag.version(), "js", javaScript(), parts.get(SOURCE_MAP), env)
                : new ImageContent(tag.name(), tag.version(), "wasm", webAssembly(), null, env);
    }

    private byte[] javaScript() {
        byte[] file = parts.get(JS);
        byte[] program = startsWith(file, BYTE_ORDER_MARK)
                ? Arrays.copyOfRange(file, BYTE_ORDER_MARK.length, file.length)
                : file;
        if (program.length == 0) {
            throw MimosaException.invalid("index.js is empty");
        }
        if (!isUtf8(program)) {
            throw MimosaException.invalid("index.js is not valid UTF-8");
        }
        return program;
    }

    private static boolean isUtf8(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(8192);
        CoderResult result;
        do {
            out.clear();
            result = decoder.decode(in, out, true);
        } while (result.isOverflow());
        return !result.isError();
    }

    private byte[] webAssembly() {
        byte[] program = parts.get(WASM);
        if (program.length == 0) {
            throw MimosaException.invalid("index.wasm is empty");
        }
        if (!startsWith(program, WASM_VERSION_1)) {
            throw MimosaException.invalid(
                    "index.wasm is not a WebAssembly module, expected the magic bytes and version 1 first");
        }
        return program;
    }

    private static boolean startsWith(byte[] bytes, byte[] beginning) {
        return bytes.length >= beginning.length
                && Arrays.equals(bytes, 0, beginning.length, beginning, 0, beginning.length);
    }

    private Map<String, Object> env() {
        Map<String, Object> env = new LinkedHashMap<>();
        if (parts.containsKey(CONFIG)) {
            JsonNode config = ImageJson.object(CONFIG, parts.get(CONFIG));
            if (isWebSocketEnabled(config.path(WEBSOCKET))) {
                env.put("MCM.WEBSOCKET_SUPPORT", "true");
            }
            ImageJson.env(CONFIG, config, env);
        }
        if (parts.containsKey(MIM)) {
            ImageJson.env(MIM, ImageJson.object(MIM, parts.get(MIM)), env);
        }
        return Collections.unmodifiableMap(env);
    }

    private static boolean isWebSocketEnabled(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw ImageJson.wrong(CONFIG, WEBSOCKET + " is neither true nor false");
        }
        return value.booleanValue();
    }
}
