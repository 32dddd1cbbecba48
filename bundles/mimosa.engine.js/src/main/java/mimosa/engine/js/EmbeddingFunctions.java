package mimosa.engine.js;

import java.util.List;
import java.util.Locale;
import mimosa.api.storage.Embedding;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.NativeArray;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;
import org.mozilla.javascript.typedarrays.NativeTypedArrayView;

/** The functions of {@code context.storage} that work with embeddings. */
final class EmbeddingFunctions {
    private static final int MAX_DIMENSIONS = 4096;
    private static final int DEFAULT_LIMIT = 10;

    private EmbeddingFunctions() {}

    static void define(Guest guest, Scriptable global, ScriptableObject storage) {
        HostFunction.define(guest, global, storage, "setEmbeddingWithTag", 4, EmbeddingFunctions::set);
        HostFunction.define(guest, global, storage, "getEmbedding", 1, EmbeddingFunctions::get);
        HostFunction.define(guest, global, storage, "removeEmbedding", 1, EmbeddingFunctions::remove);
        HostFunction.define(guest, global, storage, "removeEmbeddingsByTag", 1, (g, args) -> {
            StorageObject.session(g).removeEmbeddingsTagged(StorageObject.tag(args.get(0)));
            return Undefined.instance;
        });
        HostFunction.define(guest, global, storage, "similaritySearch", 2, EmbeddingFunctions::search);
    }

    /** {@code (key, vector, value, tag)} or {@code (key, vector, tag)}. */
    private static Object set(Guest guest, Args args) {
        String key = StorageObject.requiredKey(args.get(0));
        float[] vector = vector(args.get(1));
        boolean withValue = args.values().length > 3;
        String value = withValue ? args.string(2) : "";
        String tag = StorageObject.tag(args.get(withValue ? 3 : 2));
        StorageObject.session(guest).putEmbedding(new Embedding(key, vector, value, tag));
        return Undefined.instance;
    }

    private static Object get(Guest guest, Args args) {
        String key = StorageObject.key(args.get(0));
        Embedding found = key == null ? null : StorageObject.session(guest).embedding(key);
        if (found == null) {
            return null;
        }
        Object[] numbers = new Object[found.vector().length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (double) found.vector()[i];
        }
        Scriptable object = guest.newObject(args.scope());
        ScriptableObject.putProperty(object, "key", found.key());
        ScriptableObject.putProperty(object, "vector", guest.newArray(args.scope(), numbers));
        ScriptableObject.putProperty(object, "value", found.value());
        ScriptableObject.putProperty(object, "tag", found.tag());
        return object;
    }

    private static Object remove(Guest guest, Args args) {
        String key = StorageObject.key(args.get(0));
        if (key != null) {
            StorageObject.session(guest).removeEmbedding(key);
        }
        return Undefined.instance;
    }

    private static Object search(Guest guest, Args args) {
        float[] vector = vector(args.get(0));
        Scriptable options = args.get(1) instanceof Scriptable given ? given : guest.newObject(args.scope());
        Object tag = ScriptableObject.getProperty(options, "tag");
        List<Embedding.Match> matches = StorageObject.session(guest)
                .similar(vector, given(tag) ? StorageObject.tag(tag) : null, limit(options), metric(options));
        Object[] found = new Object[matches.size()];
        for (int i = 0; i < found.length; i++) {
            Embedding.Match match = matches.get(i);
            Scriptable object = guest.newObject(args.scope());
            ScriptableObject.putProperty(object, "key", match.key());
            ScriptableObject.putProperty(object, "value", match.value());
            ScriptableObject.putProperty(object, "tag", match.tag());
            ScriptableObject.putProperty(object, "score", match.score());
            found[i] = object;
        }
        return guest.newArray(args.scope(), found);
    }

    private static boolean given(Object property) {
        return property != Scriptable.NOT_FOUND && Args.given(property);
    }

    private static int limit(Scriptable options) {
        Object value = ScriptableObject.getProperty(options, "limit");
        double limit = given(value) ? Math.floor(Context.toNumber(value)) : DEFAULT_LIMIT;
        if (limit >= 0) {
            return (int) Math.min(limit, Integer.MAX_VALUE);
        }
        throw ScriptRuntime.rangeError("similaritySearch: limit must be a number from 0 up");
    }

    private static Embedding.Metric metric(Scriptable options) {
        Object value = ScriptableObject.getProperty(options, "metric");
        String name = given(value) ? Context.toString(value) : "cosine";
        for (Embedding.Metric metric : Embedding.Metric.values()) {
            if (metric.name().toLowerCase(Locale.ROOT).equals(name)) {
                return metric;
            }
        }
        throw ScriptRuntime.rangeError(
                "similaritySearch: metric must be cosine, dot or euclidean, found \"" + name + "\"");
    }

    private static float[] vector(Object value) {
        if (!(value instanceof NativeArray) && !(value instanceof NativeTypedArrayView)) {
            throw ScriptRuntime.typeError(
                    "a vector must be an array or typed array of numbers, found " + ScriptRuntime.typeof(value));
        }
        long length = value instanceof NativeArray array
                ? array.getLength()
                : ((NativeTypedArrayView<?>) value).getArrayLength();
        if (length < 1 || length > MAX_DIMENSIONS) {
            throw ScriptRuntime.rangeError("a vector has 1 to " + MAX_DIMENSIONS + " numbers, found " + length);
        }
        float[] vector = new float[(int) length];
        for (int i = 0; i < vector.length; i++) {
            Object number = ScriptableObject.getProperty((Scriptable) value, i);
            vector[i] = number instanceof Number known ? known.floatValue() : Float.NaN;
            if (!Float.isFinite(vector[i])) {
                throw ScriptRuntime.typeError("a vector has finite 32-bit numbers only, found another value at " + i);
            }
        }
        return vector;
    }
}
