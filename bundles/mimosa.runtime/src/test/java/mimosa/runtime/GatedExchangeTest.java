package mimosa.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import mimosa.api.MimosaException;
import mimosa.api.mim.Mims;
import mimosa.api.storage.Item;
import mimosa.api.storage.Session;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class GatedExchangeTest {
    private final LocalExchange client =
            new LocalExchange("/t", new Mims.Invocation("GET", "/", List.of(), new byte[0]));
    private final Disk disk = new Disk();
    private final GatedExchange exchange = new GatedExchange(client, disk);

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private String sent() {
        return new String(client.reply().body(), StandardCharsets.UTF_8);
    }

    @Test
    void nothingWaitsWhereNothingWasStored() {
        exchange.write(bytes("a"));
        assertEquals("a", sent());
    }

    @Test
    @Tag("J7.25")
    void noByteLeavesBeforeWhatWasStoredIsDurable() {
        disk.pending = new CompletableFuture<>();
        exchange.write(bytes("a"));
        exchange.end(bytes("b"));
        assertTrue(exchange.isCommitted());
        assertFalse(client.isCommitted());
        disk.pending.complete(null);
        assertEquals("ab", sent());
        assertTrue(client.done().toCompletableFuture().isDone());
    }

    @Test
    void laterOutputStaysBehindEarlierOutput() {
        CompletableFuture<Void> first = new CompletableFuture<>();
        disk.pending = first;
        exchange.write(bytes("a"));
        disk.pending = CompletableFuture.completedFuture(null);
        exchange.write(bytes("b"));
        assertFalse(client.isCommitted());
        first.complete(null);
        assertEquals("ab", sent());
    }

    @Test
    void headersAreClosedOnceTheFirstByteWaitsAtTheGate() {
        disk.pending = new CompletableFuture<>();
        exchange.setHeader("x", "1");
        exchange.end(bytes(""));
        exchange.setHeader("x", "2");
        disk.pending.complete(null);
        assertEquals(List.of("x: 1"), client.reply().headers());
    }

    @Test
    void aChangeThatCannotBecomeDurableFailsTheAnswer() {
        disk.pending = new CompletableFuture<>();
        exchange.end(bytes("done"));
        disk.pending.completeExceptionally(
                new MimosaException(MimosaException.Kind.NOT_DURABLE, "storage write could not be made durable"));
        var e = assertThrows(MimosaException.class, client::reply);
        assertEquals(MimosaException.Kind.NOT_DURABLE, e.kind());
    }

    @Test
    void aFailureComesBehindWhatWasWritten() {
        disk.pending = new CompletableFuture<>();
        exchange.write(bytes("a"));
        exchange.fail(new MimosaException(MimosaException.Kind.GUEST, "Error: x"));
        disk.pending.complete(null);
        assertTrue(sent().startsWith("a"));
        assertTrue(sent().contains("broken off"));
    }

    /** A session that only knows how far the disk is. */
    private static final class Disk implements Session {
        private CompletableFuture<Void> pending = CompletableFuture.completedFuture(null);

        @Override
        public CompletionStage<Void> durable() {
            return pending;
        }

        @Override
        public String get(String key) {
            return null;
        }

        @Override
        public Item item(String key) {
            return null;
        }

        @Override
        public void put(String key, String value, String tag) {}

        @Override
        public boolean remove(String key) {
            return false;
        }

        @Override
        public int removeTagged(String tag) {
            return 0;
        }

        @Override
        public void each(String tag, Predicate<Item> visitor) {}

        @Override
        public int lock() {
            return 1;
        }

        @Override
        public int commit() {
            return 0;
        }

        @Override
        public void rollback() {}

        @Override
        public int depth() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
