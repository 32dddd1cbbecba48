package mimosa.launcher;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Deploys the examples of the distribution through the management API, as anybody would, and says how to call them. */
final class Demo {
    private static final String DOCUMENTED_URL = "http://127.0.0.1:8083";

    private final Folders folders;
    private final String url;
    private final HttpClient client = HttpClient.newHttpClient();

    Demo(Folders folders, String url) {
        this.folders = folders;
        this.url = url;
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
        String key = key();
        List<Example> examples = new ArrayList<>();
        for (Path image : images()) {
            String path = deploy(image, key);
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

    private String key() {
        Path file = folders.home().resolve("mimosa-api-key.env");
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith("MCM_API_KEY="))
                    .map(line -> line.substring("MCM_API_KEY=".length()).strip())
                    .findFirst()
                    .orElseThrow(() -> new StartFailure(file + " has no line MCM_API_KEY=<key>"));
        } catch (IOException e) {
            throw new StartFailure("the management key cannot be read from " + file + ": " + e, e);
        }
    }

    /** Uploads and deploys; the path at which the mim answers. */
    private String deploy(Path image, String key) throws InterruptedException {
        try {
            Map<?, ?> kept = post(key, "/mcm/v1/images", "application/x-tar", Files.readAllBytes(image));
            Path payload = example(image).resolve("deploy.json");
            byte[] json = Files.exists(payload)
                    ? Files.readAllBytes(payload)
                    : ("{\"image\":\"" + kept.get("name") + "\"}").getBytes(StandardCharsets.UTF_8);
            Map<?, ?> mim = post(key, "/mcm/v1/mims", "application/json", json);
            if (mim.get("env") instanceof Map<?, ?> env && env.get("MCM.BASE_API_PATH") instanceof String path) {
                return path;
            }
            throw new IOException("the answer names no path: " + mim);
        } catch (IOException e) {
            throw new StartFailure("the example " + image.getFileName() + " cannot be deployed: " + e.getMessage(), e);
        }
    }

    private Map<?, ?> post(String key, String path, String type, byte[] body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException("POST " + path + " is answered with " + response.statusCode() + " "
                    + new String(response.body(), StandardCharsets.UTF_8).strip());
        }
        return Json.object(response.body());
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
