package mimosa.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class SourceWatchTest {
    @TempDir
    private Path folder;

    @Test
    void noticesSourcesAtAnyDepthAndNothingElse() throws Exception {
        Files.createDirectories(folder.resolve("src"));
        Files.createDirectories(folder.resolve("node/logs"));
        try (SourceWatch watch = new SourceWatch(folder, List.of(folder.resolve("node"), folder.getParent()))) {
            for (String ignored :
                    List.of("target/x", "node_modules/x/a.js", ".git/x", "node/logs/x", "src/.a.js.swp")) {
                Files.createDirectories(folder.resolve(ignored).getParent());
                Files.writeString(folder.resolve(ignored), "x");
            }
            Files.writeString(folder.resolve("deploy.json"), "{}");
            assertEquals(Path.of("deploy.json"), watch.await());

            Files.createDirectories(folder.resolve("src/deep"));
            assertEquals(Path.of("src/deep"), watch.await());
            Files.writeString(folder.resolve("src/deep/a.js"), "x");
            assertEquals(Path.of("src/deep/a.js"), watch.await());

            Files.writeString(folder.resolve("src/tmp1"), "y");
            Files.move(
                    folder.resolve("src/tmp1"), folder.resolve("src/deep/a.js"), StandardCopyOption.REPLACE_EXISTING);
            assertEquals(Path.of("src/deep/a.js"), watch.await());
        }
    }
}
