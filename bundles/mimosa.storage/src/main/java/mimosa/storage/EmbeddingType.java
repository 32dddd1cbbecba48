package mimosa.storage;

import java.nio.ByteBuffer;
import mimosa.api.storage.Embedding;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** Embeddings as values of a map. */
final class EmbeddingType extends BasicDataType<Embedding> {
    @Override
    public int getMemory(Embedding embedding) {
        return 64
                + TextFormat.memory(embedding.key())
                + TextFormat.memory(embedding.value())
                + TextFormat.memory(embedding.tag())
                + Float.BYTES * embedding.vector().length;
    }

    @Override
    public void write(WriteBuffer target, Embedding embedding) {
        TextFormat.write(target, embedding.key());
        TextFormat.write(target, embedding.value());
        TextFormat.write(target, embedding.tag());
        target.putVarInt(embedding.vector().length);
        for (float number : embedding.vector()) {
            target.putFloat(number);
        }
    }

    @Override
    public Embedding read(ByteBuffer source) {
        String key = TextFormat.read(source);
        String value = TextFormat.read(source);
        String tag = TextFormat.read(source);
        float[] vector = new float[DataUtils.readVarInt(source)];
        source.asFloatBuffer().get(vector);
        source.position(source.position() + Float.BYTES * vector.length);
        return new Embedding(key, vector, value, tag);
    }

    @Override
    public Embedding[] createStorage(int size) {
        return new Embedding[size];
    }
}
