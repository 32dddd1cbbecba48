package mimosa.hotdeploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
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

/**
 * Mims that run nothing, by the real rules for ids, paths and sources. An "image" is a text {@code name:version:program};
 * a payload is a text of lines {@code member=value}, where {@code PATH} is a variable.
 */
final class InMemoryMims implements Mims {
    final List<String> calls = new ArrayList<>();
    private final Map<String, Image> images = new TreeMap<>();
    private final Map<String, Mim> mims = new TreeMap<>();

    private Image read(Upload upload) {
        try {
            byte[] bytes = upload.bytes().readAllBytes();
            String[] parts = new String(bytes, StandardCharsets.UTF_8).split(":");
            if (parts.length != 3) {
                throw MimosaException.invalid("not a tar archive");
            }
            if (parts[2].contains("bad")) {
                throw MimosaException.invalid("index.js: bad program");
            }
            String digest = "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            String client = upload.clientId();
            return new Image(
                    client + "-" + parts[0], client, parts[0], parts[1], "js", digest, 1, false, Instant.EPOCH);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Deployment payload(byte[] json, Source source) {
        Map<String, String> members = new HashMap<>();
        for (String line : new String(json, StandardCharsets.UTF_8).split("\n")) {
            if (!line.contains("=")) {
                throw MimosaException.invalid("payload is not valid JSON");
            }
            members.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        }
        Map<String, Object> env = new HashMap<>();
        if (members.containsKey("PATH")) {
            env.put("PATH", members.get("PATH"));
        }
        return new Deployment(members.get("clientId"), members.get("name"), null, env, null, source, null);
    }

    @Override
    public synchronized Mim deploy(Upload upload, Deployment d) {
        Image image = read(upload);
        Mim mim = put(image, d);
        images.put(image.id(), image);
        return mim;
    }

    @Override
    public synchronized Mim deploy(Deployment d) {
        return put(images.get(d.clientId() + "-" + d.image().replaceFirst(":.*", "")), d);
    }

    private Mim put(Image image, Deployment d) {
        String name = d.name() == null ? image.name() : d.name();
        String id = d.clientId() + "-" + name;
        String path = "/" + d.clientId() + d.env().getOrDefault("PATH", "/" + image.name());
        for (Mim other : mims.values()) {
            if (other.id().equals(id) && other.source() != d.source()) {
                throw new MimosaException(
                        Kind.CONFLICT,
                        "mim '" + id + "' is managed by " + other.source().label());
            }
            if (!other.id().equals(id) && other.path().equals(path)) {
                throw new MimosaException(Kind.CONFLICT, "base path " + path + " is used by mim '" + other.id() + "'");
            }
        }
        Map<String, String> env = new TreeMap<>();
        d.env().forEach((key, value) -> env.put(key, value.toString()));
        calls.add("deploy " + id);
        long generation = mims.containsKey(id) ? mims.get(id).generation() + 1 : 1;
        Mim mim = new Mim(
                id,
                d.clientId(),
                name,
                image.name() + ":" + image.version(),
                image.id(),
                image.version(),
                image.digest(),
                "js",
                path,
                null,
                env,
                State.STARTED,
                null,
                d.source(),
                d.origin(),
                Instant.EPOCH,
                generation,
                0,
                0,
                0);
        mims.put(id, mim);
        return mim;
    }

    @Override
    public synchronized Mim undeploy(String clientId, String id, boolean keepData, Source source) {
        Mim mim = get(clientId, id);
        if (mim.source() != source) {
            throw new MimosaException(
                    Kind.CONFLICT,
                    "mim '" + id + "' is managed by " + mim.source().label());
        }
        calls.add("undeploy " + id + (keepData ? " -k" : ""));
        return mims.remove(id);
    }

    @Override
    public synchronized List<Mim> list(String clientId) {
        return mims.values().stream()
                .filter(mim -> clientId == null || clientId.equals(mim.clientId()))
                .toList();
    }

    @Override
    public synchronized Mim get(String clientId, String idOrName) {
        return list(clientId).stream()
                .filter(mim -> mim.id().equals(idOrName))
                .findFirst()
                .orElseThrow(() -> new MimosaException(Kind.NOT_FOUND, "no mim '" + idOrName + "'"));
    }

    @Override
    public Image upload(Upload upload) {
        Image image = read(upload);
        images.put(image.id(), image);
        return image;
    }

    @Override
    public List<Image> images(String clientId) {
        return List.copyOf(images.values());
    }

    @Override
    public Image image(String clientId, String idOrName) {
        return images.get(idOrName);
    }

    @Override
    public Path tarball(String clientId, String idOrName) {
        return Path.of(idOrName);
    }

    @Override
    public Image deleteImage(String clientId, String idOrName) {
        return images.remove(idOrName);
    }

    @Override
    public Mim start(String clientId, String id) {
        return get(clientId, id);
    }

    @Override
    public Mim stop(String clientId, String id) {
        return get(clientId, id);
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
