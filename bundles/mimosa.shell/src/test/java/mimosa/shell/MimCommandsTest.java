package mimosa.shell;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import mimosa.api.mim.LogRecord;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Types the commands at a real Gogo session. */
@Timeout(60)
class MimCommandsTest {
    @TempDir
    Path folder;

    private final InMemoryMims mims = new InMemoryMims();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private ThreadIOImpl threadIo;
    private CommandSession session;

    @BeforeEach
    void openSession() throws IOException {
        threadIo = new ThreadIOImpl();
        threadIo.start();
        CommandProcessorImpl processor = new CommandProcessorImpl(threadIo);
        MimCommands commands = new MimCommands(mims);
        for (String function :
                List.of("deploy", "undeploy", "list", "info", "start", "stop", "images", "logs", "invoke")) {
            processor.addCommand("mim", commands, function);
        }
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        // The log of these tests goes to the error stream.
        session = processor.createSession(
                new ByteArrayInputStream(new byte[0]), out, new PrintStream(logged, true, StandardCharsets.UTF_8));
        session.currentDir(folder);
        Files.writeString(folder.resolve("hello-v1-1.2.0.tar"), "tar");
    }

    @AfterEach
    void closeSession() {
        session.close();
        threadIo.stop();
    }

    private String type(String line) throws Exception {
        printed.reset();
        Object result = session.execute(line);
        assertNull(result, "whatever a command returns is printed a second time");
        return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    /** What the shell prints for a command that fails. */
    private String failure(String line) {
        printed.reset();
        String shown =
                assertThrows(Exception.class, () -> session.execute(line), line).toString();
        assertEquals("", printed.toString(StandardCharsets.UTF_8));
        assertFalse(shown.contains("\n"), shown);
        return shown;
    }

    private static void await(BooleanSupplier state) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!state.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "not in time");
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    @Tag("M9.1")
    void aFileIsDeployedAndListed() throws Exception {
        assertEquals("api-hello-v1 started /api/hello/v1\n", type("mim:deploy hello-v1-1.2.0.tar -e A=1 -e B=1.10=x"));
        assertEquals(Map.of("A", "1", "B", "1.10=x"), mims.deployed.env());
        assertEquals(
                """
                ID            ENGINE  VERSION  PATH           STATE    REQUESTS  ERRORS  ACTIVE
                api-hello-v1  js      1.2.0    /api/hello/v1  started      1234       5       0
                """,
                type("mim:list"));
        JsonNode json = new ObjectMapper().readTree(type("mim:list -j"));
        assertEquals("api-hello-v1", json.at("/0/id").asText());
        assertEquals("***", json.at("/0/env/A").asText());
        assertEquals("up", json.at("/0/status").asText());
        assertEquals("ID  ENGINE  VERSION  PATH  STATE  REQUESTS  ERRORS  ACTIVE\n", type("mim:list -c other"));
    }

    @Test
    void optionsComeBeforeThePayloadFile() throws Exception {
        Files.writeString(folder.resolve("p.json"), "from-payload");
        type("mim:deploy -c c1 hello-v1-1.2.0.tar -p p.json -e A=option");
        assertEquals(Map.of("A", "option", "B", "payload"), mims.deployed.env());
        assertEquals("from-payload", mims.mims.get("c1-from-payload").name());
        assertEquals("c1-n started /c1/n/v1\n", type("mim:deploy hello-v1 -n n -c c1 -p p.json"));
        assertEquals("hello-v1", mims.deployed.image());
    }

    @Test
    void whatCannotBeDeployedIsNamed() {
        assertEquals("error: cannot find image with name nope", failure("mim:deploy nope"));
        assertEquals("error: no file '" + folder.resolve("x.tar") + "'", failure("mim:deploy x.tar"));
        assertEquals("error: option -e A: expected KEY=VALUE", failure("mim:deploy hello-v1 -e A"));
        assertTrue(failure("mim:deploy").startsWith("error: too few arguments; usage: mim:deploy <"));
        assertTrue(failure("mim:deploy a b").startsWith("error: too many arguments; usage: "));
        assertTrue(failure("mim:deploy a -x").startsWith("error: unknown option -x; usage: "));
        assertTrue(failure("mim:deploy a -n").startsWith("error: option -n has no value; usage: "));
    }

    @Test
    @Tag("M9.2")
    void aRequestRunsWithoutNetwork() throws Exception {
        type("mim:deploy hello-v1-1.2.0.tar");
        assertEquals("200\ncontent-type: text/plain\n\nhi\n", type("mim:invoke api-hello-v1 /x"));
        assertEquals("GET", mims.invoked.method());
        assertEquals("/x", mims.invoked.path());
        type("mim:invoke hello-v1 -d '{\"a\":1}' -H 'A: b' '/x?y=1'");
        assertEquals("POST", mims.invoked.method());
        assertEquals(List.of("A: b"), mims.invoked.headers());
        assertEquals("{\"a\":1}", new String(mims.invoked.body(), StandardCharsets.UTF_8));
        Files.write(folder.resolve("body"), new byte[] {1, 2});
        type("mim:invoke -d @body hello-v1 PUT /");
        assertEquals("PUT", mims.invoked.method());
        assertArrayEquals(new byte[] {1, 2}, mims.invoked.body());
        type("mim:invoke hello-v1 / -d null");
        assertEquals("null", new String(mims.invoked.body(), StandardCharsets.UTF_8));
        mims.reply = new byte[] {(byte) 0xff};
        assertTrue(type("mim:invoke hello-v1 /").endsWith("\n(1 bytes that are no text)\n"));
        assertTrue(failure("mim:invoke hello-v1 x").startsWith("error: path 'x' does not begin with a slash"));
        assertTrue(failure("mim:invoke hello-v1 / -H x").startsWith("error: option -H x: expected 'Name: value'"));
    }

    @Test
    @Tag("M9.4")
    void anUnknownMimIsNamed() throws Exception {
        for (String command : List.of("stop", "start", "undeploy", "info", "logs")) {
            assertEquals("error: no mim 'x'", failure("mim:" + command + " x"));
        }
        assertEquals("error: no mim 'x'", failure("mim:invoke x /"));
        assertEquals("error: no mim 'a\\u001b[2J'", failure("mim:stop \"a\u001b[2J\""));
    }

    @Test
    void aMimIsStoppedStartedAndRemoved() throws Exception {
        type("mim:deploy hello-v1-1.2.0.tar");
        assertEquals("api-hello-v1 stopped /api/hello/v1\n", type("mim:stop hello-v1"));
        assertEquals("api-hello-v1 started /api/hello/v1\n", type("mim:start api-hello-v1"));
        assertEquals("api-hello-v1 removed, data kept\n", type("mim:undeploy -k hello-v1"));
        assertTrue(mims.keptData);
        type("mim:deploy hello-v1");
        assertEquals("api-hello-v1 removed\n", type("mim:undeploy api-hello-v1"));
        assertFalse(mims.keptData);
    }

    @Test
    void variablesAreShownOnlyWhenAskedFor() throws Exception {
        type("mim:deploy hello-v1-1.2.0.tar -e SECRET=abc");
        String log = logged.toString(StandardCharsets.UTF_8);
        assertTrue(log.contains("mim:deploy hello-v1-1.2.0.tar -e SECRET=***"), log);
        String masked = type("mim:info hello-v1");
        assertTrue(masked.contains("\nenv SECRET  ***\n"), masked);
        assertTrue(masked.contains("\nwall limit  30 s\n"), masked);
        assertFalse(masked.contains("abc"));
        assertTrue(type("mim:info -s hello-v1").contains("\nenv SECRET  abc\n"));
        JsonNode json = new ObjectMapper().readTree(type("mim:info -j -s hello-v1"));
        assertEquals("abc", json.at("/env/SECRET").asText());
        assertEquals("30 s", json.at("/facts/wall limit").asText());
    }

    @Test
    void imagesAreListedAndRemoved() throws Exception {
        type("mim:deploy hello-v1-1.2.0.tar");
        String table =
                """
                ID            VERSION  ENGINE  SIZE  CREATED
                api-hello-v1  1.2.0    js         3  2026-01-02T03:04:05Z
                """;
        assertEquals(table, type("mim:images"));
        assertEquals(table, type("mim:images list"));
        assertEquals(
                "api-hello-v1",
                new ObjectMapper().readTree(type("mim:images -j")).at("/0/id").asText());
        type("mim:deploy -c c1 hello-v1-1.2.0.tar");
        assertEquals(
                "error: several clients have an image 'hello-v1': give its id", failure("mim:images delete hello-v1"));
        assertEquals("c1-hello-v1 removed\n", type("mim:images delete c1-hello-v1"));
        assertEquals("api-hello-v1 removed\n", type("mim:images delete hello-v1"));
        assertEquals("error: no image 'hello-v1'", failure("mim:images delete hello-v1"));
        assertTrue(failure("mim:images drop x").startsWith("error: mim:images: expected"));
    }

    private static LogRecord log(int second, String level, String text) {
        return new LogRecord(Instant.ofEpochSecond(second), level, "r1", text);
    }

    @Test
    @Tag("M9.5")
    void logsDoNotReachTheTerminalRaw() throws Exception {
        type("mim:deploy hello-v1-1.2.0.tar");
        mims.log.add(log(1, "info", "one"));
        mims.log.add(log(2, "error", "\u001b[2J\u009b2J\r\u202e"));
        mims.log.add(log(3, "info", "three"));
        assertEquals(
                "1970-01-01T00:00:02Z ERROR [r1] \\u001b[2J\\u009b2J\\u000d\\u202e\n"
                        + "1970-01-01T00:00:03Z INFO [r1] three\n",
                type("mim:logs -n 2 hello-v1"));
        assertTrue(type("mim:logs -n 1 hello-v1 -l warn").startsWith("1970-01-01T00:00:02Z ERROR"));
        assertTrue(failure("mim:logs -l loud hello-v1").startsWith("error: option -l loud: expected debug"));
        assertTrue(failure("mim:logs -n 0 hello-v1").startsWith("error: option -n 0: expected a number"));
        assertTrue(failure("mim:logs -n x hello-v1").startsWith("error: option -n x: expected a number"));
    }

    @Test
    void aFollowedLogGoesOnUntilInterrupted() throws Exception {
        type("mim:deploy hello-v1-1.2.0.tar");
        mims.log.add(log(1, "info", "old"));
        Thread typing = Thread.ofPlatform().start(() -> {
            try {
                type("mim:logs -f hello-v1");
            } catch (Exception interrupted) {
                // the shell tells its job so
            }
        });
        await(() -> printed.toString(StandardCharsets.UTF_8).contains("old"));
        mims.follower.accept(log(1, "info", "old"));
        mims.follower.accept(log(2, "info", "new"));
        await(() -> printed.toString(StandardCharsets.UTF_8).contains("new"));
        assertEquals(2, printed.toString(StandardCharsets.UTF_8).lines().count(), "nothing twice");
        session.foregroundJob().interrupt();
        typing.join(20_000);
        await(() -> mims.follower == null);
        assertFalse(typing.isAlive());
    }

    @Test
    void everyPublicMethodIsACommand() throws Exception {
        try (InputStream xml = MimCommands.class.getResourceAsStream("/OSGI-INF/mimosa.shell.MimCommands.xml")) {
            String descriptor = new String(xml.readAllBytes(), StandardCharsets.UTF_8);
            String functions = descriptor.replaceAll("(?s).*osgi.command.function\" type=\"String\">([^<]*)<.*", "$1");
            List<String> methods = Arrays.stream(MimCommands.class.getDeclaredMethods())
                    .filter(method -> Modifier.isPublic(method.getModifiers()))
                    .map(Method::getName)
                    .sorted()
                    .toList();
            assertEquals(methods, functions.lines().sorted().toList());
        }
    }
}
