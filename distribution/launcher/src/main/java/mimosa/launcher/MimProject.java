package mimosa.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** The folder in which an author works on one mim. */
interface MimProject {
    /** An image as it is uploaded. */
    record Image(String fileName, byte[] tar) {}

    Path folder();

    /**
     * Makes the image of what has been saved.
     *
     * @param progress is told what takes time
     * @throws BuildFailure with the words of the tool that failed
     */
    Image build(Consumer<String> progress) throws BuildFailure, InterruptedException;

    /** Whether {@code index.js} of the image is the author's file, rather than made of it. */
    boolean isPlain();

    /**
     * An npm project with a script {@code package}, or else a folder with a program.
     *
     * @throws StartFailure when it is neither
     */
    static MimProject of(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new StartFailure("there is no folder " + folder);
        }
        Path description = folder.resolve("package.json");
        if (Files.exists(description)) {
            Map<?, ?> json = read(description);
            if (json.get("scripts") instanceof Map<?, ?> scripts && scripts.containsKey("package")) {
                return new NpmProject(folder);
            }
        }
        if (Files.exists(folder.resolve(PlainProject.PROGRAM))) {
            return new PlainProject(folder);
        }
        throw new StartFailure("there is neither a package.json with a script 'package' nor an index.js in " + folder
                + "; mimosa new lays out a project");
    }

    private static Map<?, ?> read(Path file) {
        try {
            return Json.object(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new StartFailure(file + " is not a JSON object: " + e.getMessage(), e);
        }
    }
}
