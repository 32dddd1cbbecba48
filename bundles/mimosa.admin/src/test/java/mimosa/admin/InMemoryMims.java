package mimosa.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.mim.Deployment;
import mimosa.api.mim.Image;
import mimosa.api.mim.LogRecord;
import mimosa.api.mim.Mim;
import mimosa.api.mim.Mim.State;
import mimosa.api.mim.Mims;
import mimosa.api.mim.Node;
import mimosa.api.mim.Source;

/** Mims that run nothing: an "image" is a text {@code name:version}, and names and clients are kept by the real rules. */
final class InMemoryMims implements Mims {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    static final Instant CREATED = Instant.parse("2026-01-02T03:04:05.678Z");

    private final Path folder;
    private final Map<String, Image> images = new TreeMap<>();
    private final Map<String, Mim> mims = new TreeMap<>();
    Upload lastUpload;
    boolean lastKeepData;

    InMemoryMims(Path folder) {
        this.folder = folder;
    }

    @Override
    public Image upload(Upload upload) {
        lastUpload = upload;
        try {
            byte[] bytes = upload.bytes().readAllBytes();
            String[] tag = new String(bytes, 0, Math.min(bytes.length, 64), "UTF-8")
                    .trim()
                    .split(":");
            if (tag.length < 2) {
                throw MimosaException.invalid("not a tar archive");
            }
            String client = upload.clientId() == null ? "api" : upload.clientId();
            String id = client + "-" + tag[0];
            Files.write(folder.resolve(id), bytes);
            Image image = new Image(
                    id, client, tag[0], tag[1], "js", digest(bytes), bytes.length, tag[1].endsWith("gz"), CREATED);
            images.put(id, image);
            return image;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<Image> images(String clientId) {
        return images.values().stream()
                .filter(image -> clientId == null || clientId.equals(image.clientId()))
                .toList();
    }

    @Override
    public Image image(String clientId, String idOrName) {
        return images(clientId).stream()
                .filter(image -> image.id().equals(idOrName)
                        || clientId != null && image.name().equals(idOrName))
                .findFirst()
                .orElseThrow(() -> new MimosaException(Kind.NOT_FOUND, "no image '" + idOrName + "'"));
    }

    @Override
    public Path tarball(String clientId, String idOrName) {
        return folder.resolve(image(clientId, idOrName).id());
    }

    @Override
    public Image deleteImage(String clientId, String idOrName) {
        return images.remove(image(clientId, idOrName).id());
    }

    @Override
    public Deployment payload(byte[] json, Source source) {
        try {
            JsonNode body = MAPPER.readTree(json);
            if (!body.path("image").isTextual()) {
                throw MimosaException.invalid("image: expected the name of an image");
            }
            Map<String, Object> env = new HashMap<>();
            body.path("env")
                    .properties()
                    .forEach(entry -> env.put(entry.getKey(), entry.getValue().asText()));
            return new Deployment(
                    body.path("clientId").textValue(),
                    body.path("name").textValue(),
                    body.get("image").textValue(),
                    env,
                    body.path("id").textValue(),
                    source,
                    null);
        } catch (IOException e) {
            throw MimosaException.invalid("payload is not valid JSON");
        }
    }

    @Override
    public Mim deploy(Deployment d) {
        String client = d.clientId() == null ? "api" : d.clientId();
        Image image = images(client).stream()
                .filter(i -> i.name().equals(d.image()))
                .findFirst()
                .orElseThrow(() -> new MimosaException(Kind.NOT_FOUND, "cannot find image with name " + d.image()));
        String name = d.name() == null ? image.name() : d.name();
        Map<String, String> env = new TreeMap<>();
        d.env().forEach((key, value) -> env.put(key, String.valueOf(value)));
        return put(new Mim(
                client + "-" + name,
                client,
                name,
                image.name() + ":" + image.version(),
                image.id(),
                image.version(),
                image.digest(),
                image.engine(),
                "/" + client + "/" + name,
                null,
                env,
                State.STARTED,
                null,
                d.source(),
                null,
                CREATED,
                1,
                0,
                0,
                0));
    }

    private Mim put(Mim mim) {
        mims.put(mim.id(), mim);
        return mim;
    }

    @Override
    public Mim deploy(Upload upload, Deployment deployment) {
        upload(upload);
        return deploy(deployment);
    }

    @Override
    public Mim undeploy(String clientId, String id, boolean keepData, Source source) {
        Mim mim = get(clientId, id);
        if (mim.source() != source) {
            throw new MimosaException(
                    Kind.CONFLICT,
                    "mim '" + id + "' is managed by " + mim.source().label());
        }
        lastKeepData = keepData;
        return mims.remove(id);
    }

    @Override
    public Mim start(String clientId, String id) {
        return put(in(State.STARTED, null, get(clientId, id)));
    }

    @Override
    public Mim stop(String clientId, String id) {
        return put(in(State.STOPPED, null, get(clientId, id)));
    }

    /** Replaces a mim by one that should run but does not. */
    void breakDown(String id, String reason) {
        put(in(State.CREATED, reason, get(null, id)));
    }

    private static Mim in(State state, String reason, Mim m) {
        return new Mim(
                m.id(),
                m.clientId(),
                m.name(),
                m.image(),
                m.imageId(),
                m.version(),
                m.digest(),
                m.engine(),
                m.path(),
                m.alias(),
                m.env(),
                state,
                reason,
                m.source(),
                m.origin(),
                m.created(),
                m.generation(),
                m.requests(),
                m.errors(),
                m.active());
    }

    @Override
    public List<Mim> list(String clientId) {
        return mims.values().stream()
                .filter(mim -> clientId == null || clientId.equals(mim.clientId()))
                .toList();
    }

    @Override
    public Mim get(String clientId, String idOrName) {
        return list(clientId).stream()
                .filter(mim -> mim.id().equals(idOrName))
                .findFirst()
                .orElseThrow(() -> new MimosaException(Kind.NOT_FOUND, "no mim '" + idOrName + "'"));
    }

    @Override
    public Map<String, String> facts(String clientId, String idOrName) {
        return Map.of();
    }

    @Override
    public List<LogRecord> log(String clientId, String idOrName, int limit) {
        return List.of();
    }

    @Override
    public AutoCloseable follow(String clientId, String idOrName, Consumer<LogRecord> listener) {
        return () -> {};
    }

    @Override
    public Reply invoke(String clientId, String idOrName, Invocation invocation) {
        return new Reply(200, List.of(), new byte[0]);
    }

    @Override
    public Node node() {
        return new Node("n1", "box", "0.1.0");
    }
}
