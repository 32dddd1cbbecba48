package mimosa.admin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import mimosa.admin.Resource.Operation;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Exchange;
import mimosa.api.mim.Image;
import mimosa.api.mim.Mims;
import mimosa.api.mim.Mims.Upload;

/** The calls below {@code /mcm/v1/images}. */
final class ImageCalls {
    private static final int CHUNK_BYTES = 1 << 16;

    private final Mims mims;
    private final Resource all;
    private final Resource one =
            new Resource(Map.of("GET", new Operation(0, this::get), "DELETE", new Operation(0, this::delete)));
    private final Resource tarball = new Resource(Map.of("GET", new Operation(0, this::tarball)));

    ImageCalls(Mims mims, long maxUploadBytes) {
        this.mims = mims;
        this.all = new Resource(
                Map.of("GET", new Operation(0, this::list), "POST", new Operation(maxUploadBytes, this::upload)));
    }

    /** What is at a path below; {@code null} when there is nothing. */
    Resource resource(List<String> path) {
        if (path.size() == 2 && path.get(1).equals("tarball")) {
            return tarball;
        }
        return switch (path.size()) {
            case 0 -> all;
            case 1 -> one;
            default -> null;
        };
    }

    private void list(Exchange exchange, Caller caller, String id) throws IOException {
        Json.answer(
                exchange,
                200,
                Json.list(
                        mims.images(caller.clientId()).stream().map(Json::image).toList()));
    }

    private void upload(Exchange exchange, Caller caller, String id) throws IOException {
        ReceivedImage received = ReceivedImage.in(exchange.body(), exchange.header("content-type"));
        Image image;
        try (InputStream tar = received.open()) {
            image = mims.upload(new Upload(caller.clientId(), received.name(), received.fileName(), tar));
        }
        Map<String, Object> json = new LinkedHashMap<>(Json.image(image));
        json.put("status", "successfully deployed");
        Json.answer(exchange, 200, json);
    }

    private void get(Exchange exchange, Caller caller, String id) throws IOException {
        Json.answer(exchange, 200, Json.image(find(caller, client -> mims.image(client, id))));
    }

    private void delete(Exchange exchange, Caller caller, String id) throws IOException {
        Image gone = find(caller, client -> mims.deleteImage(client, id));
        Json.answer(exchange, 200, Json.removed(gone.id(), gone.name()));
    }

    private void tarball(Exchange exchange, Caller caller, String id) throws IOException {
        Image image = find(caller, client -> mims.image(client, id));
        String tag = '"' + image.digest() + '"';
        exchange.setHeader("Content-Type", image.gzip() ? "application/gzip" : "application/x-tar");
        exchange.setHeader("ETag", tag);
        if (tag.equals(exchange.header("if-none-match"))) {
            exchange.status(304);
        } else if (exchange.method().equals("GET")) {
            try (SeekableByteChannel file = Files.newByteChannel(mims.tarball(image.clientId(), image.id()))) {
                send(file, exchange);
            }
        }
        exchange.end(ByteBuffer.allocate(0));
    }

    /** One chunk at a time: the next one is read when the client has taken the one before. */
    private static void send(SeekableByteChannel file, Exchange exchange) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        while (file.read(chunk) >= 0) {
            exchange.write(chunk.flip()).toCompletableFuture().join();
            chunk.clear();
        }
    }

    /** An id is looked for among all clients of the caller; a bare name belongs to one client. */
    private static Image find(Caller caller, Function<String, Image> inClient) {
        try {
            return inClient.apply(caller.clientId());
        } catch (MimosaException unknown) {
            if (unknown.kind() != Kind.NOT_FOUND || caller.clientId() != null) {
                throw unknown;
            }
            return inClient.apply(Caller.DEFAULT_CLIENT);
        }
    }
}
