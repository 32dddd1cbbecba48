package mimosa.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import mimosa.launcher.MimProject.Image;

/**
 * Developer mode: builds and deploys a project at its every save, and shows in the terminal what its author has to know.
 *
 * <pre>
 *   save -> build -> upload -> deploy -> log
 *            |                   |        |
 *            +---- message and lines of the author's file
 * </pre>
 */
final class Dev {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final MimProject project;
    private final Folders folders;
    private final String url;
    private final PrintStream out;
    private final Management management;
    private final Excerpts excerpts;
    private final LogTail log;

    /**
     * Does nothing yet.
     *
     * @param url of the node
     * @param out the author's terminal
     */
    Dev(MimProject project, Folders folders, String url, PrintStream out) {
        this.project = project;
        this.folders = folders;
        this.url = url;
        this.out = out;
        this.management = new Management(url, keyFile(folders));
        this.excerpts = new Excerpts(project);
        this.log = new LogTail(folders, line -> say(line.level(), line.text(), false), this::say);
    }

    private static Path keyFile(Folders folders) {
        String given = System.getenv("MIMOSA_API_KEY_FILE");
        return given == null || given.isEmpty() ? Management.keyFile(folders) : Path.of(given);
    }

    /** Where the node of these folders answers; empty when none does. */
    static Optional<String> runningNode(Folders folders) {
        try {
            String url = Files.readString(folders.run().resolve("url")).strip();
            URI uri = URI.create(url);
            Probe.get(uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort(), "/health/live");
            return Optional.of(url);
        } catch (IOException | RuntimeException e) { // Nothing was written, or what a killed node has left.
            return Optional.empty();
        }
    }

    /** Goes on until the process is told to end. */
    void run() throws InterruptedException {
        try (SourceWatch watch =
                new SourceWatch(project.folder(), List.of(folders.home(), folders.data(), folders.logs()))) {
            say("watching " + project.folder() + "; Ctrl-C ends");
            while (true) {
                bringUpToDate();
                say(watch.await() + " was saved");
            }
        } catch (IOException e) {
            throw new StartFailure("the folder " + project.folder() + " cannot be watched: " + e, e);
        }
    }

    private void bringUpToDate() throws InterruptedException {
        long begin = System.nanoTime();
        try {
            Image image = project.build(this::say);
            Management.Mim mim = management.deploy(
                    image,
                    PlainProject.imageName(project.folder()),
                    project.folder().resolve("deploy.json"));
            long millis = (System.nanoTime() - begin) / 1_000_000;
            if (mim.problem() == null) {
                say(mim.id() + " serves at " + url + mim.path() + " (" + millis + " ms)");
            } else {
                say("ERROR", mim.id() + " is deployed but " + mim.problem(), false);
            }
            log.follow(mim.id());
        } catch (BuildFailure e) {
            say("ERROR", "not deployed, what served before goes on: " + e.getMessage(), e.isOfProgram());
        }
    }

    private void say(String text) {
        say("dev", text, false);
    }

    /** One line, or several, with the author's lines when it is an error that names a place. */
    private synchronized void say(String level, String text, boolean ofProgram) {
        String time = TIME.format(LocalTime.now());
        out.println(String.format(Locale.ROOT, "%s %-5s %s", time, level, text.replace("\n", "\n    ")));
        if (level.equals("ERROR")) {
            String lines = excerpts.of(text, ofProgram);
            if (!lines.isEmpty()) {
                out.print("\n" + lines + "\n");
            }
        }
        out.flush();
    }
}
