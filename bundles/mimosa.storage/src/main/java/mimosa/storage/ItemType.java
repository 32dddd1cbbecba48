package mimosa.storage;

import java.nio.ByteBuffer;
import mimosa.api.storage.Item;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** Items as values of a map. */
final class ItemType extends BasicDataType<Item> {
    @Override
    public int getMemory(Item item) {
        return 24 + TextFormat.memory(item.key()) + TextFormat.memory(item.value()) + TextFormat.memory(item.tag());
    }

    @Override
    public void write(WriteBuffer target, Item item) {
        TextFormat.write(target, item.key());
        TextFormat.write(target, item.value());
        TextFormat.write(target, item.tag());
    }

    @Override
    public Item read(ByteBuffer source) {
        String key = TextFormat.read(source);
        String value = TextFormat.read(source);
        return new Item(key, value, TextFormat.read(source));
    }

    @Override
    public Item[] createStorage(int size) {
        return new Item[size];
    }
}
