package mimosa.launcher;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Starts a node in this process: {@code run}, {@code demo} to deploy the examples as well, {@code cache} for a training
 * run, {@code dev FOLDER} to develop a mim; the last one makes do with a node that runs already.
 */
public final class Main {
    private Main() {}

    /** Exits with 0 after a stop that was asked for, with 1 and one sentence on standard error otherwise. */
    public static void main(String[] args) {
        String verb = args.length == 0 ? "run" : args[0];
        switch (verb) {
            case "demo" ->
                System.exit(run((folders, url) -> new Demo(folders, url).deployAndSay(), (folders, url) -> {}));
            case "cache" -> System.exit(run((folders, url) -> {}, Training::run));
            case "dev" -> System.exit(DevVerb.run(Path.of(args[1])));
            default -> System.exit(run((folders, url) -> {}, (folders, url) -> {}));
        }
    }

    /** What to do with a node that has started. */
    interface Task {
        void on(Folders folders, String url) throws InterruptedException;
    }

    static int run(Task beforeReady, Task whenReady) {
        Folders folders = null;
        try {
            JdkParts.load();
            folders = Folders.ofSystemProperties();
            try (Occupancy occupancy = Occupancy.take(folders)) {
                serve(folders, occupancy, beforeReady, whenReady);
            }
            return 0;
        } catch (StartFailure e) {
            return fail(folders, e.getMessage(), e);
        } catch (InterruptedException e) {
            return fail(folders, "the node was interrupted", e);
        } catch (IOException | RuntimeException e) { // The process ends here, whatever it is.
            return fail(folders, "the node cannot start: " + e, e);
        }
    }

    private static void serve(Folders folders, Occupancy occupancy, Task beforeReady, Task whenReady)
            throws IOException, InterruptedException {
        Node node = Node.prepare(folders);
        Thread hook = new Thread(() -> stop(node, occupancy), "mimosa-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            String url = node.start();
            node.announce(url);
            beforeReady.on(folders, url);
            occupancy.ready(url);
            node.tidy();
            ClassCache.renewBeside(folders, node::log);
            whenReady.on(folders, url);
        } catch (StartFailure | IllegalStateException e) {
            awaitHookIfStopping(hook);
            node.stop();
            throw e;
        }
        node.await();
    }

    /** A start that fails because the process has been told to end has not failed: the hook ends the process. */
    private static void awaitHookIfStopping(Thread hook) throws InterruptedException {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            hook.join();
        }
    }

    /** Runs when the process is told to end. Halts, because a stop that was asked for is a success. */
    private static void stop(Node node, Occupancy occupancy) {
        boolean stopped = node.stop();
        occupancy.close();
        if (!stopped) {
            System.err.println("mimosa: not everything stopped in time; the data is safe");
        }
        System.err.flush();
        Runtime.getRuntime().halt(stopped ? 0 : 1);
    }

    static int fail(Folders folders, String sentence, Exception e) {
        String line = sentence.replaceAll("\\s*\\R\\s*", " ");
        System.err.println("mimosa: " + line + details(folders, line, e));
        return 1;
    }

    /** Keeps the stack trace for whoever needs more than the sentence. */
    private static String details(Folders folders, String sentence, Exception e) {
        if (folders == null || e.getCause() == null && e instanceof StartFailure) {
            return "";
        }
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace, true));
        try {
            Path file = Files.createDirectories(folders.logs()).resolve("failed-start.log");
            Files.writeString(file, Instant.now() + " " + sentence + "\n" + trace);
            return "; details in " + file;
        } catch (IOException unwritable) {
            return ""; // The sentence matters more.
        }
    }
}
