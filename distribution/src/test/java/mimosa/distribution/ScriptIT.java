package mimosa.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import mimosa.distribution.Unpacked.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code bin/mimosa} does without a running node. */
final class ScriptIT {
    private static final Path SCRIPT = Unpacked.ROOT.resolve("bin/mimosa");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "launch", "run fast"})
    void anythingUnknownShowsTheUsage(String arguments) throws Exception {
        Result result = Unpacked.run(Map.of(), SCRIPT, arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertEquals(2, result.exit());
        assertEquals("", result.out());
        assertTrue(result.err().contains("usage: mimosa"), result.err());
        assertEquals(
                arguments.equals("launch"), result.err().startsWith("mimosa: there is no verb 'launch'"), result.err());
    }

    @Test
    void worksThroughALinkFromAFolderWithSpaces() throws Exception {
        Path copy = Unpacked.copyTo(Files.createDirectory(folder.resolve("my mimosa")));
        Path link = Files.createSymbolicLink(
                folder.resolve("m"), Files.createSymbolicLink(folder.resolve("n"), copy.resolve("bin/mimosa")));

        Result result = Unpacked.run(Map.of(), link, "version");

        assertEquals("", result.err());
        assertTrue(result.out().matches("Mimosa \\d+\\.\\d+\\.\\d+\n"), result.out());
    }

    @Test
    void withoutANodeThereIsNothingToStopOrToTalkTo() throws Exception {
        Map<String, String> environment = Map.of("MIMOSA_HOME", folder.toString());

        assertEquals(new Result(3, "not running\n", ""), Unpacked.run(environment, SCRIPT, "status"));
        assertEquals(new Result(0, "not running\n", ""), Unpacked.run(environment, SCRIPT, "stop"));
        assertEquals(
                new Result(
                        1,
                        "",
                        "mimosa: no node is running on " + folder.resolve("data") + "; start one with: mimosa start\n"),
                Unpacked.run(environment, SCRIPT, "shell", "lb"));
    }

    @Test
    void anOldProcessIdIsNoNode() throws Exception {
        Files.createDirectories(folder.resolve("data/run"));
        Files.writeString(
                folder.resolve("data/run/pid"), ProcessHandle.current().pid() + "\n");

        assertEquals(
                3,
                Unpacked.run(Map.of("MIMOSA_HOME", folder.toString()), SCRIPT, "status")
                        .exit());
    }

    @Test
    void saysThatJavaIsMissing() throws Exception {
        makeJava(folder.resolve("old"), "21.0.2");

        Result result = Unpacked.run(
                Map.of(
                        "JAVA_HOME", folder.resolve("old").toString(),
                        "PATH", toolsOnly(),
                        "MIMOSA_JVMS", folder.resolve("nothing").toString()),
                SCRIPT,
                "run");

        assertEquals(
                new Result(
                        1,
                        "",
                        "mimosa: no Java 25 or newer in JAVA_HOME, on the PATH or in the usual folders;"
                                + " install a JDK 25 or set JAVA_HOME\n"),
                result);
    }

    @Test
    void takesTheFirstJavaThatIsNewEnough() throws Exception {
        makeJava(folder.resolve("jvm/java-21"), "21.0.2");
        makeJava(folder.resolve("jvm/java-25"), "25");
        makeJava(folder.resolve("jvm/java-26"), "26.0.1");
        makeJava(folder.resolve("home"), "25.0.1");
        makeJava(folder.resolve("path"), "25.0.1");
        String jvms = folder + "/jvm/*";
        String path = folder.resolve("path/bin") + ":" + toolsOnly();

        assertEquals("home", started(Map.of("JAVA_HOME", folder + "/home", "PATH", path, "MIMOSA_JVMS", jvms)));
        assertEquals("path", started(Map.of("JAVA_HOME", "/no", "PATH", path, "MIMOSA_JVMS", jvms)));
        assertEquals("java-25", started(Map.of("JAVA_HOME", "/no", "PATH", toolsOnly(), "MIMOSA_JVMS", jvms)));
    }

    @Test
    void letsRootsCompilersGoBeforeRequests() throws Exception {
        makeJava(folder.resolve("home"), "25");
        makeScript(folder.resolve("home/bin/java"), "echo \"$*\"");
        Path tools = Files.createDirectories(folder.resolve("as"));
        Map<String, String> environment = Map.of("JAVA_HOME", folder + "/home", "PATH", tools + ":" + toolsOnly());

        makeScript(tools.resolve("id"), "echo 0");
        assertTrue(started(environment).contains(" -XX:ThreadPriorityPolicy=1 "));
        makeScript(tools.resolve("id"), "echo 1000");
        assertFalse(started(environment).contains("Priority"));
    }

    private String started(Map<String, String> environment) throws Exception {
        Map<String, String> variables = new java.util.HashMap<>(environment);
        variables.put("MIMOSA_HOME", folder.resolve("node").toString());
        Result result = Unpacked.run(variables, SCRIPT, "run");
        assertEquals("", result.err());
        return result.out().strip();
    }

    /** A Java that only says which one it is. */
    private static void makeJava(Path home, String version) throws IOException {
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        makeScript(java, "echo " + home.getFileName());
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    }

    private static void makeScript(Path file, String command) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + command + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    /** A PATH with what the script needs, but without any Java. */
    private String toolsOnly() throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : new String[] {"cat", "dirname", "grep", "mkdir", "readlink", "rm", "sed", "sleep", "tr"}) {
            Path real = Files.exists(Path.of("/usr/bin", tool)) ? Path.of("/usr/bin", tool) : Path.of("/bin", tool);
            makeScript(tools.resolve(tool), "exec " + real + " \"$@\"");
        }
        return tools.toString();
    }
}
