package mimosa.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A project whose {@code npm run package} leaves the image in {@code target/}. */
final class NpmProject implements MimProject {
    private static final boolean WINDOWS = File.separatorChar == '\\';
    private static final Pattern NOT_TEXT = Pattern.compile("\u001b\\[[0-9;?]*[A-Za-z]|[\\p{Cntrl}&&[^\n\t]]");

    /** A frame of a stack inside a tool: nothing that an author can do something about. */
    private static final Pattern TOOL_FRAME =
            Pattern.compile("(?m)^[ \\t]+at [^\\n]{0,500}?(?:[/\\\\]node_modules[/\\\\]|\\bnode:)[^\\n]*(?:\\n|\\z)");

    private final Path folder;

    /** @throws StartFailure when there is no npm */
    NpmProject(Path folder) {
        this.folder = folder;
        String path = System.getenv("PATH");
        boolean found = Stream.of((path == null ? "" : path).split(File.pathSeparator))
                .anyMatch(entry -> Files.isRegularFile(Path.of(entry, WINDOWS ? "npm.cmd" : "npm")));
        if (!found) {
            throw new StartFailure("there is no npm on the PATH, which builds the project " + folder
                    + "; install Node.js 18 or newer");
        }
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public boolean isPlain() {
        return false;
    }

    @Override
    public Image build(Consumer<String> progress) throws BuildFailure, InterruptedException {
        install(progress);
        progress.accept("npm run package");
        npm(folder, "run", "--silent", "package");
        try {
            Path image = newestImage();
            return new Image(image.getFileName().toString(), Files.readAllBytes(image));
        } catch (IOException e) {
            throw BuildFailure.of("the image in " + folder.resolve("target") + " cannot be read: " + e);
        }
    }

    /** Where the nearest lock file lies, packages have to be; projects of one workspace share both. */
    private void install(Consumer<String> progress) throws BuildFailure, InterruptedException {
        Path root = folder;
        while (root != null && !Files.exists(root.resolve("package-lock.json"))) {
            root = root.getParent();
        }
        boolean locked = root != null;
        root = locked ? root : folder;
        if (!Files.isDirectory(root.resolve("node_modules"))) {
            String command = locked ? "ci" : "install";
            progress.accept("node_modules is missing: npm " + command + " in " + root);
            npm(root, command, "--prefer-offline", "--no-progress", "--loglevel=error");
        }
    }

    private Path newestImage() throws IOException, BuildFailure {
        Path target = folder.resolve("target");
        if (Files.isDirectory(target)) {
            try (Stream<Path> files = Files.list(target)) {
                Path newest = files.filter(file -> file.toString().endsWith(".tar"))
                        .max(Comparator.comparing(file -> file.toFile().lastModified()))
                        .orElse(null);
                if (newest != null) {
                    return newest;
                }
            }
        }
        throw BuildFailure.of("npm run package has left no image: expected a .tar in " + target);
    }

    private static void npm(Path folder, String... arguments) throws BuildFailure, InterruptedException {
        List<String> command = new ArrayList<>(List.of(WINDOWS ? "npm.cmd" : "npm"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("NO_COLOR", "1");
        builder.environment().remove("FORCE_COLOR");
        try {
            Process npm = builder.redirectErrorStream(true).start();
            npm.getOutputStream().close();
            String said = new String(npm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (npm.waitFor() != 0) {
                String text = wordsOf(said);
                throw BuildFailure.of(String.join(" ", command) + " failed"
                        + (text.isEmpty() ? " with exit code " + npm.exitValue() : ":\n" + text));
            }
        } catch (IOException e) {
            throw BuildFailure.of("npm cannot be run: " + e.getMessage());
        }
    }

    /** What a tool has printed, without colours and its own stack. */
    static String wordsOf(String printed) {
        String text = NOT_TEXT.matcher(printed).replaceAll("");
        return TOOL_FRAME.matcher(text).replaceAll("").strip();
    }
}
