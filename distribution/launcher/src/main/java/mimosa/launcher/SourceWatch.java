package mimosa.launcher;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Notices what an author saves: every file of a project except packages, build output, tests and what is hidden. */
final class SourceWatch implements AutoCloseable {
    private static final Set<String> NOT_SOURCES =
            Set.of("node_modules", "target", "dist", "build", "coverage", "test", "4913");
    /** Hidden files, and those that editors and builds put beside the ones they write. */
    private static final Pattern TEMPORARY = Pattern.compile("\\..*|.*~|#.*#|.*\\.(tmp|part|tar|log|sw.)");
    /** One save of an editor is several events, and one of several files has to give one build. */
    private static final long QUIET_MILLIS = 100;

    private final Path root;
    private final List<Path> excluded;
    private final WatchService service;
    private final Map<WatchKey, Path> folders = new HashMap<>();

    /** @param excluded folders that may lie in the project, such as those of the node */
    SourceWatch(Path root, List<Path> excluded) throws IOException {
        this.root = root;
        this.excluded = excluded.stream().filter(path -> !root.startsWith(path)).toList();
        this.service = root.getFileSystem().newWatchService();
        watch(root);
    }

    /** Waits until something has been saved and nothing more follows; one of the files, relative to the project. */
    Path await() throws InterruptedException, IOException {
        Path saved = null;
        while (saved == null) {
            saved = changed(service.take());
        }
        WatchKey next;
        while ((next = service.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS)) != null) {
            Path later = changed(next);
            // Editors that save by renaming begin with a file that is gone by now.
            saved = later != null && !Files.exists(saved) ? later : saved;
        }
        return root.relativize(saved);
    }

    /** The first source among the events of a folder; {@code null} when there is none. */
    private Path changed(WatchKey key) throws IOException {
        Path folder = folders.get(key);
        Path first = null;
        for (WatchEvent<?> event : key.pollEvents()) {
            // Without a name events were lost: anything in that folder may have changed.
            Path file = event.context() instanceof Path name ? folder.resolve(name) : folder;
            if (file.equals(folder) || isSource(file)) {
                first = first == null || !Files.exists(first) ? file : first;
                if (event.kind() == ENTRY_CREATE && Files.isDirectory(file)) {
                    watch(file);
                }
            }
        }
        if (!key.reset()) {
            folders.remove(key);
        }
        return first;
    }

    private boolean isSource(Path file) {
        String name = file.getFileName().toString();
        return !NOT_SOURCES.contains(name)
                && !TEMPORARY.matcher(name).matches()
                && excluded.stream().noneMatch(file::startsWith);
    }

    private void watch(Path start) throws IOException {
        Files.walkFileTree(start, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (!folder.equals(root) && !isSource(folder)) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                folders.put(folder.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE), folder);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE; // removed while we look
            }
        });
    }

    @Override
    public void close() throws IOException {
        service.close();
    }
}
