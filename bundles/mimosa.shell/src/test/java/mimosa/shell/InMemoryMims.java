package mimosa.shell;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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

/** Mims that run nothing; names and clients are kept by the real rules. An image is named by its file. */
final class InMemoryMims implements Mims {
    static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");

    final Map<String, Image> images = new TreeMap<>();
    final Map<String, Mim> mims = new TreeMap<>();
    final List<LogRecord> log = new ArrayList<>();
    volatile Consumer<LogRecord> follower;
    Deployment deployed;
    boolean keptData;
    Invocation invoked;
    byte[] reply = "hi".getBytes(StandardCharsets.UTF_8);

    @Override
    public Image upload(Upload upload) {
        try {
            long size = upload.bytes().readAllBytes().length;
            String client = upload.clientId() == null ? "api" : upload.clientId();
            String name = upload.fileName().replaceAll("-?[0-9.]*\\.(tar|tgz|tar\\.gz)$", "");
            Image image = new Image(client + "-" + name, client, name, "1.2.0", "js", "sha256:0", size, false, CREATED);
            images.put(image.id(), image);
            return image;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
        return Path.of(image(clientId, idOrName).id());
    }

    @Override
    public Image deleteImage(String clientId, String idOrName) {
        return images.remove(image(clientId, idOrName).id());
    }

    /** Takes the name from the text and one variable from the file; reading JSON is somebody else's. */
    @Override
    public Deployment payload(byte[] json, Source source) {
        Map<String, Object> env = new HashMap<>(Map.of("A", "payload", "B", "payload"));
        return new Deployment(
                null, new String(json, StandardCharsets.UTF_8).trim(), "ignored", env, null, source, null);
    }

    @Override
    public Mim deploy(Deployment d) {
        deployed = d;
        String client = d.clientId() == null ? "api" : d.clientId();
        if (!images.containsKey(client + "-" + d.image())) {
            throw new MimosaException(Kind.NOT_FOUND, "cannot find image with name " + d.image());
        }
        Image image = images.get(client + "-" + d.image());
        String name = d.name() == null ? image.name() : d.name();
        Map<String, String> env = new TreeMap<>();
        d.env().forEach((key, value) -> env.put(key, String.valueOf(value)));
        return put(client, name, image, env, State.STARTED);
    }

    private Mim put(String client, String name, Image image, Map<String, String> env, State state) {
        Mim mim = new Mim(
                client + "-" + name,
                client,
                name,
                image.name() + ":" + image.version(),
                image.id(),
                image.version(),
                image.digest(),
                image.engine(),
                "/" + client + "/" + name.replace("-v1", "") + "/v1",
                null,
                env,
                state,
                null,
                Source.MANAGEMENT,
                null,
                CREATED,
                1,
                1234,
                5,
                0);
        mims.put(mim.id(), mim);
        return mim;
    }

    @Override
    public Mim deploy(Upload upload, Deployment d) {
        Image image = upload(upload);
        deployed = d;
        return deploy(new Deployment(d.clientId(), d.name(), image.name(), d.env(), d.id(), d.source(), d.origin()));
    }

    @Override
    public Mim undeploy(String clientId, String id, boolean keepData, Source source) {
        keptData = keepData;
        return mims.remove(get(clientId, id).id());
    }

    @Override
    public Mim start(String clientId, String id) {
        Mim mim = get(clientId, id);
        return put(mim.clientId(), mim.name(), images.get(mim.imageId()), mim.env(), State.STARTED);
    }

    @Override
    public Mim stop(String clientId, String id) {
        Mim mim = get(clientId, id);
        return put(mim.clientId(), mim.name(), images.get(mim.imageId()), mim.env(), State.STOPPED);
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
                .filter(mim -> mim.id().equals(idOrName) || mim.name().equals(idOrName))
                .findFirst()
                .orElseThrow(() -> new MimosaException(Kind.NOT_FOUND, "no mim '" + idOrName + "'"));
    }

    @Override
    public Map<String, String> facts(String clientId, String idOrName) {
        return Map.of("wall limit", "30 s");
    }

    @Override
    public List<LogRecord> log(String clientId, String idOrName, int limit) {
        return List.copyOf(log.subList(Math.max(0, log.size() - limit), log.size()));
    }

    @Override
    public AutoCloseable follow(String clientId, String idOrName, Consumer<LogRecord> listener) {
        follower = listener;
        return () -> follower = null;
    }

    @Override
    public Reply invoke(String clientId, String idOrName, Invocation invocation) {
        get(clientId, idOrName);
        invoked = invocation;
        return new Reply(200, List.of("content-type: text/plain"), reply);
    }

    @Override
    public Node node() {
        return new Node("n1", "box", "0.1.0");
    }
}
