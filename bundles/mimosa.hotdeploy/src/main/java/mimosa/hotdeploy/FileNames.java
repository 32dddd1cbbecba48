package mimosa.hotdeploy;

import java.util.List;
import java.util.regex.Pattern;

/** What the names of files in the deploy folder mean. */
final class FileNames {
    /**
     * What is looked at; written without backslashes, which File Install would take for its own. Names that begin with
     * a dot, and those of files that are still being copied ({@code .part}, {@code .tmp}), do not match.
     */
    static final String WATCHED = "[^.].*[.](tar|tar[.]gz|tgz|addon|json)";

    private static final Pattern WATCHED_NAME = Pattern.compile(WATCHED);
    private static final String SIDECAR = ".json";
    private static final String ADDON = ".addon";
    private static final String ERROR = ".error";
    private static final List<String> IMAGES = List.of(".tar.gz", ".tar", ".tgz");

    private FileNames() {}

    static boolean isWatched(String name) {
        return WATCHED_NAME.matcher(name).matches();
    }

    static boolean isImage(String name) {
        return isWatched(name) && IMAGES.stream().anyMatch(name::endsWith);
    }

    static boolean isAddon(String name) {
        return name.endsWith(ADDON);
    }

    /** Where the failure to deploy a file is told. */
    static String error(String image) {
        return image + ERROR;
    }

    /** The image that an error file is about; {@code null} when it is something else. */
    static String imageOfError(String name) {
        String image = name.endsWith(ERROR) ? name.substring(0, name.length() - ERROR.length()) : "";
        return isImage(image) ? image : null;
    }

    /** The file beside an image that says how to deploy it. */
    static String sidecar(String image) {
        String extension = IMAGES.stream().filter(image::endsWith).findFirst().orElse("");
        return image.substring(0, image.length() - extension.length()) + SIDECAR;
    }

    /** The names of images that a sidecar may belong to. */
    static List<String> images(String sidecar) {
        String stem = sidecar.substring(0, sidecar.length() - SIDECAR.length());
        return IMAGES.stream().map(stem::concat).toList();
    }
}
