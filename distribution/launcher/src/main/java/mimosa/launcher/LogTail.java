package mimosa.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Follows a mim's log through the node's shell, with the shell's own client as a process. */
final class LogTail {
    private static final Pattern STACK_LINE = Pattern.compile("\\\\(?:n|u000a)(?= +at )");

    /** Enough for what a mim writes between its deployment and our asking. */
    private static final int EARLIER = 50;

    private static final Pattern RECORD = Pattern.compile("(\\S+Z) ([A-Z]+)(?: \\[([^\\]]*)])? ?(.*)");

    private final Folders folders;
    private final Consumer<Line> reader;
    private final Consumer<String> problems;
    private Process client;
    private String followed;
    private Instant last = Instant.now();

    /** A record of the log. */
    record Line(String level, String text) {}

    /**
     * Follows nothing yet.
     *
     * @param reader gets each record, on a thread of this object
     * @param problems is told when the log cannot be followed
     */
    LogTail(Folders folders, Consumer<Line> reader, Consumer<String> problems) {
        this.folders = folders;
        this.reader = reader;
        this.problems = problems;
    }

    /** Follows that mim from now on, unless it is followed already. */
    void follow(String id) {
        if (client != null && client.isAlive()) {
            if (id.equals(followed)) {
                return;
            }
            client.destroy();
        }
        followed = id;
        try {
            client = start(id);
        } catch (IOException e) {
            problems.accept("the log cannot be followed: " + e.getMessage());
            return;
        }
        Process started = client;
        Thread.ofPlatform().daemon().name("mimosa-log").start(() -> read(started));
    }

    private Process start(String id) throws IOException {
        Path socket = folders.run().resolve("shell.sock");
        if (!Files.exists(socket)) {
            throw new IOException("the node has no shell; see features/shell.json");
        }
        Path jar;
        try (Stream<Path> jars = Files.list(folders.bundles())) {
            jar = jars.filter(file -> file.getFileName().toString().matches("mimosa\\.terminal-.*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("there is no mimosa.terminal in " + folders.bundles()));
        }
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx32m",
                        "-cp",
                        jar.toString(),
                        "mimosa.terminal.Client",
                        socket.toString(),
                        folders.home().toString(),
                        "command",
                        "mim:logs -n " + EARLIER + " -f " + id)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private void read(Process process) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                accept(line);
            }
        } catch (IOException e) {
            // The client was told to end.
        }
    }

    /** Records from before this session, or before a reconnection, have been seen or belong to somebody else. */
    private synchronized void accept(String line) {
        Matcher record = RECORD.matcher(line);
        if (!record.matches()) {
            return;
        }
        try {
            Instant time = Instant.parse(record.group(1));
            if (time.isBefore(last)) {
                return;
            }
            last = time;
        } catch (DateTimeParseException e) {
            return;
        }
        reader.accept(new Line(record.group(2), withLines(record.group(4))));
    }

    /** A record is on one line, its line feeds made visible; a stack reads better on several. */
    private static String withLines(String text) {
        return STACK_LINE.matcher(text).replaceAll("\n");
    }
}
