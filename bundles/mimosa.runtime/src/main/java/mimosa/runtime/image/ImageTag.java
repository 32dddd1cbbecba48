package mimosa.runtime.image;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Name and version as one word says them.
 *
 * @param name {@code null} when there is none
 * @param version {@code null} when there is none
 */
record ImageTag(String name, String version) {
    static final ImageTag NONE = new ImageTag(null, null);

    private static final Pattern EXTENSION = Pattern.compile("\\.(?:tar\\.gz|tgz|tar)$", Pattern.CASE_INSENSITIVE);

    /** A version has a dot, so that {@code relay-2.tar} stays {@code relay-2}. */
    private static final Pattern NAME_AND_VERSION =
            Pattern.compile("(.+?)-([0-9]+(?:\\.[0-9]+)+(?:[.+-][A-Za-z0-9.+-]+)?|latest)");

    /** Longer names are illegal anyway, and matching them is slow. */
    private static final int MAX_FILE_NAME = 255;

    /** Reads {@code registry:5000/team/hello-v1:1.2.0}: what is behind the last slash, parted at the last colon. */
    static ImageTag ofTag(String tag) {
        String last = tag.substring(tag.lastIndexOf('/') + 1);
        int colon = last.lastIndexOf(':');
        return colon < 0
                ? new ImageTag(orNull(last), null)
                : new ImageTag(orNull(last.substring(0, colon)), orNull(last.substring(colon + 1)));
    }

    /** Reads {@code hello-v1-1.2.0.tar}, with or without a path. */
    static ImageTag ofFileName(String fileName) {
        if (fileName == null) {
            return NONE;
        }
        String last = fileName.substring(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
        String base = EXTENSION.matcher(last).replaceFirst("");
        if (base.length() > MAX_FILE_NAME) {
            return new ImageTag(base, null);
        }
        Matcher parts = NAME_AND_VERSION.matcher(base);
        return parts.matches() ? new ImageTag(parts.group(1), parts.group(2)) : new ImageTag(orNull(base), null);
    }

    /** What this one does not say is taken from another. */
    ImageTag or(ImageTag other) {
        return new ImageTag(name == null ? other.name : name, version == null ? other.version : version);
    }

    private static String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
