package mimosa.storage;

import java.util.regex.Pattern;
import mimosa.api.MimosaException;

/**
 * Paths of a mim's file area. They are names in a table and never become paths of the host, so that whatever is let
 * through here leads nowhere else.
 */
final class FilePath {
    private static final String FILE_SCHEME = "file://";
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*", Pattern.DOTALL);
    private static final int SEGMENT_BYTES = 255;
    private static final int PATH_BYTES = 1024;

    private FilePath() {}

    /** The name of a file to be made. */
    static String of(String path) {
        String name = find(path);
        if (name == null) {
            throw illegal(path, "only file:// can be written");
        }
        return name;
    }

    /** The name of a file that may be there; {@code null} for a URL of another scheme, where none is. */
    static String find(String path) {
        if (path == null) {
            throw illegal(null, "it is missing");
        }
        String name = path;
        if (path.regionMatches(true, 0, FILE_SCHEME, 0, FILE_SCHEME.length())) {
            name = path.substring(FILE_SCHEME.length());
        } else if (SCHEME.matcher(path).matches()) {
            return null;
        }
        if (name.startsWith("/")) {
            name = name.substring(1);
        }
        check(path, name);
        return name;
    }

    private static void check(String path, String name) {
        if (name.length() > PATH_BYTES || Texts.utf8Bytes(name) > PATH_BYTES) {
            throw illegal(path, "it has more than " + PATH_BYTES + " bytes");
        }
        if (name.indexOf('\\') >= 0 || name.chars().anyMatch(Character::isISOControl)) {
            throw illegal(path, "it has a backslash or a control character");
        }
        for (String segment : name.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw illegal(path, "it has an empty segment, . or ..");
            }
            if (Texts.utf8Bytes(segment) > SEGMENT_BYTES) {
                throw illegal(path, "it has a segment of more than " + SEGMENT_BYTES + " bytes");
            }
        }
    }

    private static MimosaException illegal(String path, String reason) {
        String shown = path == null || path.length() <= PATH_BYTES ? path : path.substring(0, PATH_BYTES) + "...";
        return MimosaException.invalid("illegal path \"" + shown + "\": " + reason);
    }
}
