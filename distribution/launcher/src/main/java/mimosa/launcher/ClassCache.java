package mimosa.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;

/**
 * The file of parsed, verified and linked classes from which the virtual machine starts in half the time (JEP 483, 514).
 * It fits one Java and one set of jars and is ignored by any other; the file beside it says which, and how long the
 * cache is. The start script
 * makes it with a training run, {@code bin/mimosa cache}; a node that was started without a fitting one has that done
 * beside itself.
 */
final class ClassCache {
    private static final String SCRIPT = "bin/mimosa";

    private final Folders folders;
    private final Path file;

    private ClassCache(Folders folders, Path file) {
        this.folders = folders;
        this.file = file;
    }

    /** Writes down what the cache made by this process fits. */
    static void describe(Path description) {
        try {
            Files.writeString(description, fitting());
        } catch (IOException e) {
            throw new StartFailure("the file " + description + " cannot be written: " + e, e);
        }
    }

    /** Has the cache made if there is none that fits; returns at once. Not in a training run, which is told no file. */
    static void renewBeside(Folders folders, Consumer<String> failures) {
        String file = System.getProperty("mimosa.classes", "");
        if (file.isEmpty()) {
            return; // There is no folder that it could be written to.
        }
        ClassCache cache = new ClassCache(folders, Path.of(file));
        Thread.ofPlatform().daemon().name("mimosa-class-cache").start(() -> cache.renew(failures));
    }

    private void renew(Consumer<String> failures) {
        Path log = folders.logs().resolve("class-cache.log");
        try {
            if (fits()) {
                return;
            }
            Files.createDirectories(file.getParent());
            try (FileChannel channel = FileChannel.open(
                            file.resolveSibling(file.getFileName() + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                // Of nodes that start at the same time one is enough.
                if (lock != null && !fits() && train(log) != 0) {
                    failures.accept("the class cache " + file
                            + " could not be made, so the next start is no faster; see " + log);
                }
            }
        } catch (OverlappingFileLockException | IOException e) {
            failures.accept("the class cache " + file + " cannot be made, so the next start is no faster: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The exit code of a training run, which gets the processor only when nobody else wants it. */
    private int train(Path log) throws IOException, InterruptedException {
        return new ProcessBuilder(
                        "nice",
                        "-n",
                        "19",
                        folders.installation().resolve(SCRIPT).toString(),
                        "cache")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
    }

    private boolean fits() throws IOException {
        Path description = file.resolveSibling(file.getFileName() + ".txt");
        return Files.exists(file)
                && Files.exists(description)
                && Files.readString(description).equals(fitting() + Files.size(file) + " bytes\n");
    }

    /** What the virtual machine compares: itself, and the jars of the class path with size and time. */
    private static String fitting() throws IOException {
        StringBuilder text = new StringBuilder(System.getProperty("java.home"))
                .append(' ')
                .append(System.getProperty("java.vm.version"))
                .append('\n');
        for (String jar : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(jar);
            if (Files.exists(path)) {
                BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
                text.append(jar)
                        .append(' ')
                        .append(attributes.size())
                        .append(' ')
                        .append(attributes.lastModifiedTime().toMillis())
                        .append('\n');
            }
        }
        return text.toString();
    }
}
