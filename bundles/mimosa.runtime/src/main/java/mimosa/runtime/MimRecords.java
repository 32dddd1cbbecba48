package mimosa.runtime;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import mimosa.api.MimosaException;
import mimosa.api.mim.Source;
import mimosa.runtime.file.DurableFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The desired state on disk: one file a mim, readable by the owner only since variables may be secrets. A change is
 * durable when the call returns.
 */
final class MimRecords {
    private static final Logger LOG = LoggerFactory.getLogger(MimRecords.class);

    /** Made by the first change, which a start does not wait for. */
    private static final class Writing {
        static final ObjectMapper JSON =
                JsonMapper.builder().addModule(new InstantText()).build();
    }

    private final Path folder;
    private boolean unreadable;

    MimRecords(Path folder) throws IOException {
        DurableFiles.folder(folder);
        DurableFiles.removeLeftovers(folder);
        this.folder = folder;
    }

    /** All records, ordered by id. One that cannot be read is reported and left alone. */
    List<MimRecord> all() throws IOException {
        List<MimRecord> records = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
            for (Path file : files) {
                try {
                    MimRecord record = MimRecordReader.read(Files.readAllBytes(file));
                    if (!record.isComplete() || !file(record.id()).equals(file)) {
                        throw new IOException("it lacks members of a mim's record, or is that of another mim");
                    }
                    records.add(record);
                } catch (IOException e) {
                    unreadable = true;
                    LOG.error("the mim of {} is lost until this file is repaired: {}", file, e.getMessage());
                }
            }
        }
        records.sort(Comparator.comparing(MimRecord::id));
        return records;
    }

    /** Whether there are mims of which nobody knows what they need; until a restart after the repair. */
    boolean hasUnreadable() {
        return unreadable;
    }

    void put(MimRecord record) {
        try {
            DurableFiles.writePrivate(file(record.id()), Writing.JSON.writeValueAsBytes(record));
        } catch (IOException e) {
            throw unwritable(record.id(), e);
        }
    }

    /**
     * Changes what is desired of a mim, on disk first. A bundle that somebody else installed is his to bring back, so it
     * has no record.
     */
    void save(MimHandle handle, MimRecord changed) {
        if (changed.source() != Source.BUNDLE) {
            put(changed);
        }
        handle.record(changed);
    }

    void remove(String id) {
        try {
            DurableFiles.delete(file(id));
        } catch (IOException e) {
            throw unwritable(id, e);
        }
    }

    private Path file(String id) {
        return folder.resolve(id + ".json");
    }

    private MimosaException unwritable(String id, IOException cause) {
        return new MimosaException(
                MimosaException.Kind.STORAGE,
                "the state of mim '" + id + "' could not be written below the data folder: " + cause.getMessage(),
                cause);
    }
}
