package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Many open event streams beside a busy mim. */
@Isolated
class StreamsTest {
    private static final int STREAMS = 2_000;
    private static final int BUSY_PER_SECOND = 200;

    @Test
    void twoThousandStreamsHoldNoThreadEach() throws IOException, InterruptedException {
        Node node = Node.create("streams", Map.of("mimosa.limits", "concurrency = 2100\nwallMs = 300000"));
        List<SocketChannel> open = new ArrayList<>();
        try (node) {
            node.run();
            node.serve(
                    "stream",
                    Node.handler("response.setHeader('Content-Type','text/event-stream');"
                            + " response.write('data: first\\n\\n');"
                            + " setTimeout(function(){response.end('data: last\\n\\n')},240000)"));
            node.serve("busy", Node.handler("response.end('busy')"));
            warmUp(node);
            Footprint before = Footprint.of(node);
            long[] firstEvent = new long[STREAMS];
            try (Load load = new Load(node, "/api/busy/v1", BUSY_PER_SECOND)) {
                for (int i = 0; i < STREAMS; i++) {
                    long begin = System.nanoTime();
                    open.add(openStream(node));
                    firstEvent[i] = System.nanoTime() - begin;
                }
                Footprint with = Footprint.of(node);
                load.stop();
                assertEquals(Map.of(), load.failures());
                Arrays.sort(firstEvent);
                System.out.printf(
                        "%d open streams beside %d requests/s: first event after %.1f ms at the median, %.1f ms at 99 %%;"
                                + " %d bytes of heap a stream; %d threads before, %d with them%n",
                        STREAMS,
                        BUSY_PER_SECOND,
                        firstEvent[STREAMS / 2] / 1e6,
                        firstEvent[STREAMS * 99 / 100] / 1e6,
                        (with.heapBytes() - before.heapBytes()) / STREAMS,
                        before.threads(),
                        with.threads());
                assertTrue(with.threads() < before.threads() + 120, () -> before + " -> " + with);
            }
        } finally {
            for (SocketChannel channel : open) {
                channel.close();
            }
        }
    }

    private static void warmUp(Node node) throws IOException {
        for (int i = 0; i < 300; i++) {
            assertEquals(200, node.get("/api/busy/v1").statusCode());
            if (i % 10 == 0) {
                openStream(node).close();
            }
        }
    }

    /** Returns when the first event is here. */
    private static SocketChannel openStream(Node node) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", node.port));
        channel.write(ByteBuffer.wrap(
                "GET /api/stream/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        StringBuilder received = new StringBuilder();
        while (received.indexOf("data: first") < 0) {
            buffer.clear();
            if (channel.read(buffer) < 0) {
                throw new IOException("the stream ended: " + received);
            }
            received.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
        }
        return channel;
    }
}
