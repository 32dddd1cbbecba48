package mimosa.launcher;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The verb {@code cache}: a node that does once what nodes do, so that the virtual machine sees the classes for it. */
final class Training {
    private static final int CALLS = 20;
    private static final Pattern PLAIN = Pattern.compile("curl \"([^\"]+)\"");

    private Training() {}

    /** Deploys the examples and calls them; then the process ends and the virtual machine writes the cache. */
    static void run(Folders folders, String url) throws InterruptedException {
        List<Demo.Example> examples = new Demo(folders, url).deployAll();
        try {
            for (Demo.Example example : examples) {
                Matcher plain = PLAIN.matcher(example.curl());
                if (!plain.matches()) {
                    continue; // A stream, or a body to send: more than the probe can do.
                }
                URI uri = URI.create(plain.group(1));
                for (int i = 0; i < CALLS; i++) {
                    Probe.get(uri.getHost(), uri.getPort(), uri.getRawPath() + "?" + uri.getRawQuery());
                }
            }
        } catch (IOException e) {
            throw new StartFailure("the training run cannot call an example: " + e.getMessage(), e);
        }
        ClassCache.describe(Path.of(System.getProperty("mimosa.training") + ".txt"));
        Thread.ofPlatform().name("mimosa-trained").start(() -> System.exit(0));
    }
}
