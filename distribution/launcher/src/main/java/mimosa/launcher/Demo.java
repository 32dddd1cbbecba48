package mimosa.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Deploys the examples of the distribution through the management API, as anybody would, and says how to call them. */
final class Demo {
    private static final String DOCUMENTED_URL = "http://127.0.0.1:8083";

    private final Folders folders;
    private final String url;
    private final Management management;

    Demo(Folders folders, String url) {
        this.folders = folders;
        this.url = url;
        this.management = new Management(url, Management.keyFile(folders));
    }

    /**
     * An example that has been deployed.
     *
     * @param url where it answers
     * @param curl a command line that calls it
     */
    record Example(String url, String curl) {}

    void deployAndSay() throws InterruptedException {
        List<Example> examples = deployAll();
        if (examples.isEmpty()) {
            throw new StartFailure("there are no example images (*/target/*.tar) in " + folders.examples());
        }
        StringBuilder text = new StringBuilder("\n");
        for (Example example : examples) {
            text.append("  ")
                    .append(example.url())
                    .append("\n    ")
                    .append(example.curl())
                    .append("\n\n");
        }
        System.out.print(text.append("  Ctrl-C stops the node.\n\n"));
        System.out.flush();
    }

    List<Example> deployAll() throws InterruptedException {
        List<Example> examples = new ArrayList<>();
        for (Path image : images()) {
            String path = deploy(image);
            examples.add(new Example(url + path, curl(image, path)));
        }
        return examples;
    }

    private List<Path> images() {
        if (!Files.isDirectory(folders.examples())) {
            return List.of();
        }
        // <example>/target/<example>-<version>.tar, as building an example leaves it.
        try (Stream<Path> files = Files.find(
                folders.examples(), 3, (file, attributes) -> file.toString().endsWith(".tar"))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new StartFailure("the examples in " + folders.examples() + " cannot be read: " + e, e);
        }
    }

    /** Uploads and deploys; the path at which the mim answers. */
    private String deploy(Path image) throws InterruptedException {
        String problem;
        try {
            byte[] tar = Files.readAllBytes(image);
            Management.Mim mim = management.deploy(tar, example(image).resolve("deploy.json"));
            if (mim.problem() == null) {
                return mim.path();
            }
            problem = mim.problem();
        } catch (BuildFailure e) {
            problem = e.getMessage();
        } catch (IOException e) {
            throw new StartFailure("the example " + image + " cannot be read: " + e, e);
        }
        throw new StartFailure("the example " + image.getFileName() + " cannot be deployed: " + problem);
    }

    private static Path example(Path image) {
        Path folder = image.getParent();
        return folder.endsWith("target") ? folder.getParent() : folder;
    }

    /** The example's own curl line, with the address of this node. */
    private String curl(Path image, String path) {
        Path file = example(image).resolve("curl.txt");
        try {
            return Files.exists(file)
                    ? Files.readString(file).strip().replace(DOCUMENTED_URL, url)
                    : "curl " + url + path;
        } catch (IOException e) {
            throw new StartFailure("the file " + file + " cannot be read: " + e, e);
        }
    }
}
