package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.storage.Embedding;
import mimosa.api.storage.Embedding.Match;
import mimosa.api.storage.Embedding.Metric;
import mimosa.api.storage.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingsTest {
    @TempDir
    Path data;

    private Stores stores;
    private Session session;

    @BeforeEach
    void open() throws IOException {
        stores = TestStores.open(data);
        session = TestStores.session(stores);
    }

    @AfterEach
    void close() {
        session.close();
        stores.close();
    }

    private void put(String key, String tag, float... vector) {
        session.putEmbedding(new Embedding(key, vector, key + "v", tag));
    }

    private List<String> similar(Metric metric, String tag, int limit, float... vector) {
        return session.similar(vector, tag, limit, metric).stream()
                .map(Match::key)
                .toList();
    }

    private long usedBytes() {
        return TestStores.view(stores, "mim.api.t").usedBytes();
    }

    @Test
    void anEmbeddingComesBackAndHasAKeySpaceOfItsOwn() throws IOException {
        float[] vector = {1, -2.5f, Float.MIN_VALUE, Float.MAX_VALUE};
        session.putEmbedding(new Embedding("k\ud800", vector, "v\u0000", "t"));
        vector[0] = 7;
        session.put("k", "item", "t");
        close();
        open();
        Embedding back = session.embedding("k\ud800");
        assertArrayEquals(new float[] {1, -2.5f, Float.MIN_VALUE, Float.MAX_VALUE}, back.vector());
        assertEquals("v\u0000", back.value());
        assertEquals("t", back.tag());
        assertNull(session.embedding("k"));
        assertEquals(5 + 4 + 2 + 16, usedBytes());
        assertEquals(1, session.removeEmbeddingsTagged("t"));
        assertEquals("item", session.get("k"));
        assertFalse(session.removeEmbedding("k\ud800"));
        assertEquals(5, usedBytes());
    }

    @Test
    void theMostSimilarComeFirstAndTiesByKey() {
        put("east", "a", 1, 0);
        put("farEast", "a", 5, 0);
        put("north", "a", 0, 1);
        put("west", "b", -1, 0);
        put("nowhere", "", 0, 0);
        put("space", "a", 1, 0, 0);
        assertEquals(List.of("east", "farEast", "north", "nowhere", "west"), similar(Metric.COSINE, null, 10, 2, 0));
        assertEquals(List.of("farEast", "east", "north", "nowhere", "west"), similar(Metric.DOT, null, 10, 2, 0));
        assertEquals(List.of("east", "nowhere", "north"), similar(Metric.EUCLIDEAN, null, 3, 2, 0));
        assertEquals(List.of("farEast"), similar(Metric.DOT, "a", 1, 2, 0));
        assertEquals(List.of(), similar(Metric.DOT, "", 10, 2, 0));
        assertEquals(List.of(), similar(Metric.DOT, null, 0, 2, 0));
        assertEquals(
                List.of(new Match("space", "spacev", "a", 0.5)),
                session.similar(new float[] {1, 1, 0}, null, 9, Metric.EUCLIDEAN));
        assertEquals(
                1.0,
                session.similar(new float[] {3, 0}, null, 1, Metric.COSINE)
                        .get(0)
                        .score());
    }

    @Test
    void theBestOfManyAreTheSameAsWithoutALimit() {
        Random random = new Random(3);
        session.lock();
        List<Match> expected = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            float x = random.nextInt(50);
            put("k" + i, "", x, 1);
            expected.add(new Match("k" + i, "k" + i + "v", "", x));
        }
        session.commit();
        expected.sort(Comparator.comparingDouble(Match::score).reversed().thenComparing(Match::key));
        assertEquals(expected.subList(0, 100), session.similar(new float[] {1, 0}, null, 100, Metric.DOT));
    }

    @Test
    void changesAreAllOrNothingAndSeenByTheLockAlone() {
        put("a", "t", 1);
        put("b", "t", 2);
        session.lock();
        put("a", "u", 5);
        put("c", "t", 3);
        assertTrue(session.removeEmbedding("b"));
        assertEquals(List.of("a", "c"), similar(Metric.DOT, null, 9, 1));
        try (Session other = TestStores.session(stores)) {
            assertEquals(2, other.similar(new float[] {1}, null, 9, Metric.DOT).size());
        }
        assertEquals(1, session.removeEmbeddingsTagged("t"));
        session.rollback();
        assertEquals(List.of("b", "a"), similar(Metric.DOT, "t", 9, 1));
    }

    @Test
    void limitsHold() {
        float[] longest = new float[4096];
        put("longest", "", longest);
        float[] tooLong = Arrays.copyOf(longest, 4097);
        for (float[] wrong :
                List.of(tooLong, new float[0], new float[] {Float.NaN}, new float[] {Float.POSITIVE_INFINITY})) {
            assertEquals(
                    Kind.INVALID,
                    assertThrows(MimosaException.class, () -> put("k", "", wrong))
                            .kind());
            assertThrows(MimosaException.class, () -> session.similar(wrong, null, 1, Metric.DOT));
        }
        assertThrows(MimosaException.class, () -> put("", "", 1));
        assertThrows(MimosaException.class, () -> put("k", "t".repeat(257), 1));
        assertThrows(MimosaException.class, () -> put("k".repeat(1025), "", 1));
        assertNull(session.embedding("k"));
        String large = "x".repeat(5_000_000);
        session.lock();
        MimosaException full = assertThrows(MimosaException.class, () -> {
            for (int i = 0; i < 100; i++) {
                session.putEmbedding(new Embedding("k" + i, longest, large, ""));
            }
        });
        assertEquals(Kind.STORAGE_LIMIT, full.kind());
        session.rollback();
        assertEquals(7 + 8 + 4 * 4096, usedBytes());
    }
}
