package mimosa.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Classes of ours that several bundles have inside. From one class path all these bundles get the first one's, so the
 * copies have to be the same; they are not if somebody has put another build of one bundle over the one that shipped.
 */
final class InlinedClasses {
    private static final String OURS = "mimosa/";

    private InlinedClasses() {}

    /** A jar's copy of a class. */
    private record Copy(Path jar, long crc) {}

    /** @throws StartFailure when two of the jars, all of one class path, have different copies of a class */
    static void check(List<Path> jars) {
        Map<String, Copy> copies = new HashMap<>();
        for (Path jar : jars) {
            if (!jar.getFileName().toString().startsWith("mimosa.")) {
                continue;
            }
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
                    check(copies, jar, entries.nextElement());
                }
            } catch (IOException e) {
                throw new StartFailure("bundles/" + jar.getFileName() + " cannot be read: " + e, e);
            }
        }
    }

    private static void check(Map<String, Copy> copies, Path jar, ZipEntry entry) {
        if (!entry.getName().startsWith(OURS) || !entry.getName().endsWith(".class")) {
            return;
        }
        Copy other = copies.putIfAbsent(entry.getName(), new Copy(jar, entry.getCrc()));
        if (other != null && other.crc != entry.getCrc()) {
            throw new StartFailure("bundles/" + other.jar.getFileName() + " and bundles/" + jar.getFileName()
                    + " have different copies of " + entry.getName() + ", which happens when one of them was replaced;"
                    + " give the new one a version of its own, in its name and in the file in features");
        }
    }
}
