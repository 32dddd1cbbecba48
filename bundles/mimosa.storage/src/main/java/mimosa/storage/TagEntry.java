package mimosa.storage;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** An entry of the index by tag; ordered by tag (code units), then by position. */
record TagEntry(String tag, long position) {
    static final class Type extends BasicDataType<TagEntry> {
        @Override
        public int compare(TagEntry a, TagEntry b) {
            int tags = a.tag.compareTo(b.tag);
            return tags != 0 ? tags : Long.compare(a.position, b.position);
        }

        @Override
        public int getMemory(TagEntry entry) {
            return 32 + TextFormat.memory(entry.tag);
        }

        @Override
        public void write(WriteBuffer target, TagEntry entry) {
            TextFormat.write(target, entry.tag);
            target.putVarLong(entry.position);
        }

        @Override
        public TagEntry read(ByteBuffer source) {
            String tag = TextFormat.read(source);
            return new TagEntry(tag, DataUtils.readVarLong(source));
        }

        @Override
        public TagEntry[] createStorage(int size) {
            return new TagEntry[size];
        }
    }
}
