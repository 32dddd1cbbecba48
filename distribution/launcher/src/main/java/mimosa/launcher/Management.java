package mimosa.launcher;

import java.io.ByteArrayOutputStream;
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
import java.util.Map;
import mimosa.launcher.MimProject.Image;

/** A node's management API, as far as mims are uploaded and deployed with it. */
final class Management {
    private static final String KEY_FILE = "mimosa-api-key.env";
    private static final String BOUNDARY = "mimosa-5b0c3d1e7f";
    /** A deployment may wait until others, and then its own program, have been down-levelled. */
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final String url;
    private final Path keyFile;

    Management(String url, Path keyFile) {
        this.url = url;
        this.keyFile = keyFile;
    }

    /** Where a node keeps its key unless it is configured otherwise. */
    static Path keyFile(Folders folders) {
        return folders.home().resolve(KEY_FILE);
    }

    /** A mim as the node knows it: where it answers, and why it does not, {@code null} when it does. */
    record Mim(String id, String path, String problem) {}

    /**
     * Uploads the image and deploys it as the file says, or under the image's name when there is none.
     *
     * @throws BuildFailure when the node refuses, or does not answer
     */
    Mim deploy(Image image, String name, Path payload) throws BuildFailure, InterruptedException {
        return deploy("multipart/form-data; boundary=" + BOUNDARY, form(image, name), payload);
    }

    /** As {@link #deploy(Image, String, Path)}, with an image that says itself what its name is. */
    Mim deploy(byte[] tar, Path payload) throws BuildFailure, InterruptedException {
        return deploy("application/x-tar", tar, payload);
    }

    private Mim deploy(String type, byte[] body, Path payload) throws BuildFailure, InterruptedException {
        byte[] json = null;
        String clientId = null;
        if (Files.exists(payload)) {
            try {
                json = Files.readAllBytes(payload);
                clientId = Json.object(json).get("clientId") instanceof String given ? given : null;
            } catch (IOException e) {
                throw BuildFailure.of(payload.getFileName() + " is not a JSON object: " + e.getMessage());
            }
        }
        Map<?, ?> kept = post("/mcm/v1/images", clientId, type, body);
        if (json == null) {
            json = ("{\"image\":\"" + kept.get("name") + "\"}").getBytes(StandardCharsets.UTF_8);
        }
        Map<?, ?> mim = post("/mcm/v1/mims", clientId, "application/json", json);
        Object path = mim.get("env") instanceof Map<?, ?> env ? env.get("MCM.BASE_API_PATH") : null;
        return new Mim(
                String.valueOf(mim.get("id")),
                path == null ? "" : path.toString(),
                "up".equals(mim.get("status")) ? null : mim.get("status") + ", " + mim.get("reason"));
    }

    private static byte[] form(Image image, String name) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(ascii("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n" + name
                + "\r\n--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"image\"; filename=\""
                + image.fileName().replaceAll("[^A-Za-z0-9_.-]", "-")
                + "\"\r\nContent-Type: application/x-tar\r\n\r\n"));
        body.writeBytes(image.tar());
        body.writeBytes(ascii("\r\n--" + BOUNDARY + "--\r\n"));
        return body.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private Map<?, ?> post(String path, String clientId, String type, byte[] body)
            throws BuildFailure, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + key())
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body));
        if (clientId != null) {
            request.header("x-client-id", clientId);
        }
        try {
            HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
            if (response.statusCode() == 200) {
                return Json.object(response.body());
            }
            throw refusal(path, response.statusCode(), response.body());
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw BuildFailure.of("the node at " + url + " does not answer (" + reason + "); start it again");
        } catch (IllegalArgumentException e) { // a key or client id that no header can carry
            throw BuildFailure.of("POST " + path + " cannot be sent: " + e.getMessage());
        }
    }

    private BuildFailure refusal(String path, int status, byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        try {
            if (Json.object(body).get("error") instanceof Map<?, ?> error && error.get("message") != null) {
                text = error.get("message").toString();
            }
        } catch (IOException e) {
            // Somebody else's words, then: shown as they are.
        }
        if (status == 401 || status == 403) {
            return BuildFailure.of("the node at " + url + " does not accept the key in " + keyFile + ": " + text
                    + "; name its key file in MIMOSA_API_KEY_FILE");
        }
        return BuildFailure.refused(
                status == 400 || status == 409 ? text : "POST " + path + " " + status + ": " + text);
    }

    private String key() throws BuildFailure {
        try {
            return Files.readAllLines(keyFile).stream()
                    .filter(line -> line.startsWith("MCM_API_KEY="))
                    .map(line -> line.substring("MCM_API_KEY=".length()).strip())
                    .findFirst()
                    .orElseThrow(() -> BuildFailure.of(keyFile + " has no line MCM_API_KEY=<key>"));
        } catch (IOException e) {
            throw BuildFailure.of("the management key cannot be read: " + e + "; name its file in MIMOSA_API_KEY_FILE");
        }
    }
}
