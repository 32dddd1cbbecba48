package mimosa.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files as they are named at the prompt. */
final class LocalFile {
    private LocalFile() {}

    /**
     * A relative name begins in the folder that the session has changed to with {@code cd}. The session is asked by
     * name, so that no package of the shell is needed; one that has no such folder is in the one Java was started in.
     */
    static Path resolve(AutoCloseable session, String name) {
        Path folder = Path.of("").toAbsolutePath();
        try {
            if (session.getClass().getMethod("currentDir").invoke(session) instanceof Path current) {
                folder = current;
            }
        } catch (ReflectiveOperationException e) {
            // a session without folder: the default stands
        }
        return folder.resolve(name).normalize();
    }

    /** All bytes of a file that a person has named. */
    static byte[] bytes(Path file, long maxBytes) throws CommandFailure {
        try {
            if (Files.size(file) > maxBytes) {
                throw new CommandFailure("'" + file + "' exceeds " + maxBytes + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static CommandFailure unreadable(Path file, IOException e) {
        return new CommandFailure(
                Files.isRegularFile(file) ? "cannot read '" + file + "': " + e.getMessage() : "no file '" + file + "'");
    }
}
