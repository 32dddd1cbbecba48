package mimosa.storage;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/**
 * A file of a mim.
 *
 * @param id names its content; each content is written once
 * @param size bytes of it
 */
record FileEntry(String path, String id, long size) {
    static final class Type extends BasicDataType<FileEntry> {
        @Override
        public int getMemory(FileEntry entry) {
            return 40 + TextFormat.memory(entry.path) + TextFormat.memory(entry.id);
        }

        @Override
        public void write(WriteBuffer target, FileEntry entry) {
            TextFormat.write(target, entry.path);
            TextFormat.write(target, entry.id);
            target.putVarLong(entry.size);
        }

        @Override
        public FileEntry read(ByteBuffer source) {
            String path = TextFormat.read(source);
            String id = TextFormat.read(source);
            return new FileEntry(path, id, DataUtils.readVarLong(source));
        }

        @Override
        public FileEntry[] createStorage(int size) {
            return new FileEntry[size];
        }
    }
}
