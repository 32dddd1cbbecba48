package mimosa.launcher;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;

/** The verb {@code dev}: finds a node, or makes this process one, and develops with it until Ctrl-C. */
final class DevVerb {
    /** What to exit with when the session ends; only a failure changes it. */
    private static volatile int exitCode;

    private DevVerb() {}

    /** The exit code, when nobody has to wait: otherwise the process ends with its session. */
    static int run(Path folder) {
        PrintStream terminal = System.out;
        Folders folders = null;
        try {
            MimProject project = MimProject.of(folder);
            folders = Folders.ofSystemProperties();
            String url = Dev.runningNode(folders).orElse(null);
            if (url == null) {
                return runWithNode(project, terminal);
            }
            endChildrenAtEnd(true);
            new Dev(project, folders, url, terminal).run();
            return 0;
        } catch (StartFailure e) {
            exitCode = Main.fail(folders, e.getMessage(), e);
        } catch (InterruptedException e) {
            exitCode = Main.fail(folders, "developing was interrupted", e);
        }
        return exitCode;
    }

    private static int runWithNode(MimProject project, PrintStream terminal) {
        terminal.println("no node is running here: starting one, its log is in logs/mimosa.log of its home");
        terminal.flush();
        endChildrenAtEnd(false);
        // What the node prints is in that file too; the terminal is the mim's.
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        return Main.run((folders, url) -> {}, (folders, url) -> {
            Dev dev = new Dev(project, folders, url, terminal);
            Thread.ofPlatform().name("mimosa-dev").start(() -> develop(dev, folders));
        });
    }

    /** Beside the node, which ends with the process. */
    private static void develop(Dev dev, Folders folders) {
        try {
            dev.run();
        } catch (StartFailure e) {
            System.exit(Main.fail(folders, e.getMessage(), e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A build or a log client must not outlive the session. Where a node has to stop as well, it ends the process. */
    private static void endChildrenAtEnd(boolean andHalt) {
        Thread hook = new Thread(
                () -> {
                    ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
                    if (andHalt) {
                        Runtime.getRuntime().halt(exitCode);
                    }
                },
                "mimosa-end-children");
        Runtime.getRuntime().addShutdownHook(hook);
    }
}
