package mimosa.runtime.image;

import java.util.Set;
import java.util.regex.Pattern;
import mimosa.api.MimosaException;

/** The syntax of client ids, image names, mim names and versions, and how a name from outside is shown in a message. */
public final class Names {
    /** The client of whoever names none. */
    public static final String DEFAULT_CLIENT = "api";

    private static final int SHOWN = 100;
    private static final int MAX_NAME = 128;
    private static final Pattern CLIENT_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*");
    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9_.+-]{1,128}");

    /** First path segments that belong to the node itself. */
    private static final Set<String> RESERVED =
            Set.of("mcm", "jsonrpc", "health", "ws", "mds", "info", "metrics", "system", "console");

    private Names() {}

    /**
     * Checks a client id.
     *
     * @return the same
     * @throws MimosaException of kind {@code INVALID}
     */
    public static String clientId(String clientId) {
        if (clientId == null || !CLIENT_ID.matcher(clientId).matches()) {
            throw MimosaException.invalid("illegal client id '" + shown(clientId)
                    + "', expected 1 to 64 of A-Z a-z 0-9 _ -, beginning with a letter or digit");
        }
        if (RESERVED.contains(clientId)) {
            throw MimosaException.invalid("illegal client id '" + clientId + "', this word is reserved");
        }
        return clientId;
    }

    /** Whether this is the name of an image or mim: dot-separated parts, at most 128 characters. */
    public static boolean isName(String name) {
        return name != null && name.length() <= MAX_NAME && NAME.matcher(name).matches();
    }

    /**
     * Checks the name of an image; {@code null} or empty is no name.
     *
     * @return the same
     * @throws MimosaException of kind {@code INVALID}
     */
    public static String imageName(String name) {
        if (name == null || name.isEmpty()) {
            throw MimosaException.invalid("no image name: neither the image nor the upload says one");
        }
        return name("image name", name);
    }

    /**
     * Checks the name of a mim.
     *
     * @return the same
     * @throws MimosaException of kind {@code INVALID}
     */
    public static String mimName(String name) {
        return name("mim name", name);
    }

    private static String name(String what, String name) {
        if (!isName(name)) {
            throw MimosaException.invalid("illegal " + what + " '" + shown(name)
                    + "', expected dot-separated parts of A-Z a-z 0-9 _ -, at most 128 characters");
        }
        return name;
    }

    /**
     * Checks the version of an image.
     *
     * @return the same
     * @throws MimosaException of kind {@code INVALID}
     */
    public static String version(String version) {
        if (version == null || !VERSION.matcher(version).matches()) {
            throw MimosaException.invalid("illegal image version '" + shown(version)
                    + "', expected at most 128 of A-Z a-z 0-9 . _ + -, such as 1.2.0");
        }
        return version;
    }

    /** The id of a client's image or mim. Two different pairs may give the same one. */
    public static String id(String clientId, String name) {
        return clientId + "-" + name;
    }

    /** A name from outside as it may appear in a message or log: cut, and without characters that act on a terminal. */
    public static String shown(String name) {
        if (name == null) {
            return "";
        }
        StringBuilder shown = new StringBuilder();
        int end = Math.min(name.length(), SHOWN);
        for (int i = 0; i < end; i++) {
            char c = name.charAt(i);
            if (isHarmless(name, i)) {
                shown.append(c);
            } else {
                shown.append(String.format("\\u%04x", (int) c));
            }
        }
        return shown.toString();
    }

    private static boolean isHarmless(String text, int index) {
        char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 < Math.min(text.length(), SHOWN) && Character.isLowSurrogate(text.charAt(index + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
        }
        int type = Character.getType(c);
        return type != Character.CONTROL
                && type != Character.FORMAT
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR;
    }
}
