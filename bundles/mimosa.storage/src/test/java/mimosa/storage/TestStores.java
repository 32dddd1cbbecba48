package mimosa.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import mimosa.api.storage.KeyValueStore;
import mimosa.api.storage.NewFile;
import mimosa.api.storage.Session;
import mimosa.api.storage.StoredFile;
import mimosa.api.storage.Waiting;

/** Stores in a folder, with the shipped settings unless told otherwise. */
final class TestStores {
    static final Waiting PATIENT = turn -> turn.toCompletableFuture().join();
    static final Settings DEFAULTS = new Settings(1024, 5_242_880, 268_435_456, true, Duration.ofMinutes(1), 200, 1, 4);

    private TestStores() {}

    static Stores open(Path data) throws IOException {
        return new Stores(data, DEFAULTS, LocalDisk::open);
    }

    static Stores open(Path data, Disk.Opener disks) throws IOException {
        return new Stores(data, DEFAULTS, disks);
    }

    static KeyValueStore view(Stores stores, String name) {
        return new MvStoreKeyValueStore(stores, name);
    }

    static Session session(Stores stores) {
        return view(stores, "mim.api.t").session(PATIENT);
    }

    static Path file(Path data) {
        return data.resolve("storage/mim.api.t/items.mv");
    }

    static void await(CompletionStage<Void> stage) throws Exception {
        stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** Writes a file and commits it. */
    static void write(Session session, String path, byte[] content) {
        try (NewFile file = session.newFile(path)) {
            file.write(ByteBuffer.wrap(content));
            file.commit();
        }
    }

    /** The content of a file as Latin-1; {@code null} when there is none. */
    static String read(Session session, String path) {
        try (StoredFile file = session.file(path)) {
            return file == null ? null : read(file);
        }
    }

    static String read(StoredFile file) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
        while (bytes.hasRemaining()) {
            file.read(bytes.position(), bytes);
        }
        return new String(bytes.array(), StandardCharsets.ISO_8859_1);
    }

    /** How many contents of files are in the folder, whether in use or not. */
    static int contents(Path data) {
        String[] names = data.resolve("storage/mim.api.t/files").toFile().list();
        return names == null ? 0 : names.length;
    }
}
