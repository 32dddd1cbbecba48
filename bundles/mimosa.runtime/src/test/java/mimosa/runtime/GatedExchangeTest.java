package mimosa.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import mimosa.api.MimosaException;
import mimosa.api.mim.Mims;
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
}
