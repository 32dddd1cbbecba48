package mimosa.launcher;

import java.nio.file.Path;

/**
 * Where everything is.
 *
 * @param installation the unpacked distribution: {@code bundles}, {@code features}, {@code examples}; only read
 * @param home of this node: the bundle cache, and what its operator puts there
 * @param config the {@code .cfg} files
 * @param data everything durable
 * @param logs where the logging configuration writes to
 */
record Folders(Path installation, Path home, Path config, Path data, Path logs) {
    /** As the start script says it, in system properties; the script knows the defaults. */
    static Folders ofSystemProperties() {
        return new Folders(
                folder("mimosa.installation"),
                folder("mimosa.home"),
                folder("mimosa.config"),
                folder("mimosa.data"),
                folder("mimosa.logs"));
    }

    private static Path folder(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new StartFailure("the system property " + property + " is not set; start with bin/mimosa");
        }
        return Path.of(value).toAbsolutePath().normalize();
    }

    Path features() {
        return installation.resolve("features");
    }

    Path bundles() {
        return installation.resolve("bundles");
    }

    Path examples() {
        return installation.resolve("examples");
    }

    Path cache() {
        return home.resolve("cache");
    }

    /** What is known of the running process: its lock, its id, where it can be reached. */
    Path run() {
        return data.resolve("run");
    }
}
