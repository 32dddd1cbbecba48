package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Exchange.Outcome;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilesTest {
    private static final String SEND = "response.writeMimeFile('f','image/png')";

    private final Bench bench = new Bench();

    @AfterEach
    void close() throws Exception {
        bench.close();
        await(() -> bench.store.openFiles.get() == 0);
        assertEquals(0, bench.store.openFiles.get(), "every file is closed in the end");
    }

    private static void await(BooleanSupplier state) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!state.getAsBoolean() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    private void store(String content) {
        bench.store.putFile("f", content.getBytes(StandardCharsets.UTF_8));
    }

    private static TestExchange get(String range) {
        return TestExchange.get().header("range", range);
    }

    @Test
    @Tag("J7.26")
    void savedFileIsSentUntilItIsDeleted() throws Exception {
        Bench.Run run =
                bench.run("context.storage.saveFile('d/f.txt','aGk=');response.writeMimeFile('d/f.txt','text/plain')");
        assertEquals("hi", run.text());
        assertEquals("text/plain", run.exchange().answerHeader("content-type"));
        bench.run("var s=context.storage;s.deleteFile('d/f.txt');s.deleteFile('d/f.txt');response.end()");
        Bench.Run gone = bench.run("response.writeMimeFile('d/f.txt','text/plain')");
        assertEquals(Kind.NOT_FOUND, gone.exchange().failure.kind());
    }

    @ParameterizedTest
    @Tag("J7.27")
    @CsvSource(
            delimiter = '|',
            value = {
                "saveFile('../f','aGk=')|Error: illegal path",
                "saveFile('a/../../f','aGk=')|Error: illegal path",
                "saveFile('a\\\\b','aGk=')|Error: illegal path",
                "saveFile('f','%%')|TypeError: ",
                "saveFile('f',5)|TypeError: ",
                "saveFile('','aGk=')|TypeError: ",
                "deleteFile('../f')|Error: illegal path"
            })
    void wrongPathsAndContentsAreRefused(String call, String error) throws Exception {
        String caught = bench.run("try{context.storage." + call + "}catch(e){response.end(String(e))}")
                .text();
        assertTrue(caught.startsWith(error), caught);
        assertTrue(bench.store.files().isEmpty());
    }

    @Test
    void illegalPathToSendIsAnErrorAndTheAnswerStaysOpen() throws Exception {
        assertEquals(
                "Error",
                bench.run("try{response.writeMimeFile('../f','a/b')}catch(e){response.end(e.name)}")
                        .text());
        assertEquals(
                "TypeError",
                bench.run("try{response.writeMimeFile('f','a/b\\r\\nx: y')}catch(e){response.end(e.name)}")
                        .text());
    }

    @Test
    @Tag("J5.6")
    void fileIsSentWithItsTypeAndLength() throws Exception {
        store("12345");
        Bench.Run run = bench.run("response.statusCode=201;" + SEND + ";response.end('ignored')")
                .closed();
        assertEquals("12345", run.text());
        assertEquals("image/png", run.exchange().answerHeader("content-type"));
        assertEquals(5, run.exchange().declared);
        assertEquals(201, run.exchange().status);
        assertEquals(1, run.host().warnings());
    }

    @ParameterizedTest
    @Tag("J5.6")
    @CsvSource(
            nullValues = "-",
            value = {
                "bytes=1-2,206,23,bytes 1-2/5",
                "bytes=3-,206,45,bytes 3-4/5",
                "bytes=-2,206,45,bytes 3-4/5",
                "bytes=-9,206,12345,bytes 0-4/5",
                "bytes=1-999,206,2345,bytes 1-4/5",
                "bytes=5-,416,'',bytes */5",
                "bytes=-0,416,'',bytes */5",
                "bytes=3-1,200,12345,-",
                "'bytes=0-1,3-4',200,12345,-",
                "lines=1-2,200,12345,-"
            })
    void oneRangeIsServed(String range, int status, String body, String contentRange) throws Exception {
        store("12345");
        Bench.Run run = bench.run(SEND, get(range));
        assertEquals(status, run.exchange().status);
        assertEquals(body, run.text());
        assertEquals(contentRange, run.exchange().answerHeader("content-range"));
        assertEquals(body.length(), run.exchange().declared);
    }

    @Test
    void rangeIsOnlyForAPlainGet() throws Exception {
        store("12345");
        assertEquals(
                "12345",
                bench.run("response.statusCode=404;" + SEND, get("bytes=1-2")).text());
        assertEquals(
                "12345",
                bench.run(SEND, get("bytes=1-2").header("if-range", "x")).text());
        TestExchange head = new TestExchange("HEAD", "", null, new byte[0]).header("range", "bytes=1-2");
        assertEquals("", bench.run(SEND, head).text());
        assertEquals(5, head.declared);
        assertEquals("", bench.run("response.statusCode=204;" + SEND).text());
    }

    @Test
    void fileCanBeTheRestOfAnAnswerThatHasBegun() throws Exception {
        store("12345");
        Bench.Run run = bench.run("response.write('0');" + SEND, get("bytes=1-2"));
        assertEquals("012345", run.text());
        assertEquals("text/plain; charset=utf-8", run.exchange().answerHeader("content-type"));
        assertEquals(-1, run.exchange().declared);
    }

    @Test
    @Tag("J5.7")
    void missingFileIsNotFound() throws Exception {
        assertEquals(
                Kind.NOT_FOUND,
                bench.run("response.writeMimeFile('none','text/plain')")
                        .exchange()
                        .failure
                        .kind());
    }

    @Test
    void largeFileIsSentPieceByPieceAfterTheInstanceHasClosed() throws Exception {
        byte[] content = new byte[1_000_000];
        new Random(1).nextBytes(content);
        bench.store.putFile("f", content);
        TestExchange slow = TestExchange.get().stalled();
        Bench.Run run = bench.start(bench.load(Bench.handler(SEND)), slow).closed();
        assertEquals(64 * 1024, slow.bytes().length);
        slow.read();
        assertEquals(Outcome.SENT, slow.await());
        assertArrayEquals(content, slow.bytes());
        assertEquals(content.length, slow.declared);
        assertTrue(slow.pieces.stream().allMatch(piece -> piece.length <= 64 * 1024));
        assertNull(run.failure());
    }

    @Test
    void fileIsClosedWhenTheClientLeaves() throws Exception {
        bench.store.putFile("f", new byte[1_000_000]);
        TestExchange slow = TestExchange.get().stalled();
        bench.start(bench.load(Bench.handler(SEND)), slow).closed();
        slow.clientLeaves();
        await(() -> bench.store.openFiles.get() == 0);
        assertEquals(64 * 1024, slow.bytes().length);
    }

    @Test
    void fileIsNotCountedAsResponseBytes() throws Exception {
        bench.store.putFile("f", new byte[(64 << 20) + 1]);
        Bench.Run run = bench.run(SEND);
        assertEquals(Outcome.SENT, run.exchange().await());
        assertEquals((64 << 20) + 1, run.exchange().bytes().length);
    }

    @Test
    void fileGoesWithTheTransaction() throws Exception {
        store("old");
        Bench.Run run = bench.run("try{context.storage.lockExecute(function(){context.storage.saveFile('f','bmV3');"
                + SEND + ";throw 1})}catch(e){response.writeMimeFile('f','text/plain')}");
        assertEquals("old", run.text());
        assertEquals("text/plain", run.exchange().answerHeader("content-type"));
        assertEquals(
                "new",
                bench.run("context.storage.lockExecute(function(){context.storage.saveFile('f','bmV3');" + SEND + "})")
                        .text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"throw new Error('late')", "(function f(){[1].map(f)})()"})
    void failureAfterwardsDoesNotBreakTheFileOff(String late) throws Exception {
        byte[] content = new byte[200_000];
        bench.store.putFile("f", content);
        TestExchange slow = TestExchange.get().stalled();
        bench.start(bench.load(Bench.handler(SEND + ";" + late)), slow).closed();
        slow.read();
        assertEquals(Outcome.SENT, slow.await());
        assertEquals(content.length, slow.bytes().length);
        assertFalse(bench.store.isLocked());
    }
}
