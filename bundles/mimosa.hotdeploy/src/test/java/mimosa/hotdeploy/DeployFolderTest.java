package mimosa.hotdeploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import mimosa.api.mim.Deployment;
import mimosa.api.mim.Mim;
import mimosa.api.mim.Mims.Upload;
import mimosa.api.mim.Source;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployFolderTest {
    private static final String HELLO = "hello-v1-1.2.0.tar";

    @TempDir
    Path dir;

    private final InMemoryMims mims = new InMemoryMims();
    private DeployFolder folder;
    private long touched;

    @BeforeEach
    void open() {
        folder = new DeployFolder(mims, dir, "api");
    }

    /** As somebody would copy a file, and the watcher tell of it. */
    private void drop(String name, String content) throws IOException {
        put(name, content);
        folder.changed(name);
    }

    private void put(String name, String content) throws IOException {
        Path file = Files.writeString(dir.resolve(name), content);
        Files.setLastModifiedTime(file, FileTime.fromMillis(++touched * 1000));
    }

    private void drop(String name) throws IOException {
        Files.delete(dir.resolve(name));
        folder.changed(name);
    }

    private void restart() {
        mims.calls.clear();
        open();
        folder.processAll(Instant.ofEpochSecond(1000));
        assertTrue(folder.isProcessed());
    }

    private Mim only() {
        List<Mim> all = mims.list(null);
        assertEquals(1, all.size(), all::toString);
        return all.get(0);
    }

    private String error(String image) throws IOException {
        return Files.readString(dir.resolve(image + ".error")).strip();
    }

    private boolean hasError(String image) {
        return Files.exists(dir.resolve(image + ".error"));
    }

    @Test
    @Tag("M4.1")
    @Tag("M4.5")
    void anImageIsDeployedAndRemovedWithItsFile() throws IOException {
        drop(HELLO, "hello-v1:1.2.0:p");
        assertEquals("api-hello-v1", only().id());
        assertEquals(Source.FOLDER, only().source());
        assertEquals(HELLO, only().origin());
        folder.changed(HELLO);
        assertEquals(1, only().generation(), "told twice, deployed once");
        drop(HELLO, "hello-v1:1.2.0:q");
        assertEquals(2, only().generation());
        drop(HELLO);
        assertEquals(List.of("deploy api-hello-v1", "deploy api-hello-v1", "undeploy api-hello-v1 -k"), mims.calls);
    }

    @Test
    @Tag("M4.2")
    void aSidecarSaysHowToDeploy() throws IOException {
        put("hello-v1-1.2.0.json", "name=h\nPATH=/h/v1");
        drop(HELLO, "hello-v1:1.2.0:p");
        folder.changed("hello-v1-1.2.0.json");
        assertEquals("api-h", only().id());
        assertEquals("/api/h/v1", only().path());
        assertEquals(1, only().generation());
        drop("hello-v1-1.2.0.json", "name=h\nPATH=/i/v1");
        assertEquals("/api/i/v1", only().path());
        drop("hello-v1-1.2.0.json", "clientId=c1");
        assertEquals("c1-hello-v1", only().id());
        drop("hello-v1-1.2.0.json");
        assertEquals("api-hello-v1", only().id());
        assertEquals("/api/hello-v1", only().path());
        drop("other.json", "whatever");
    }

    @Test
    void aNewNameMayKeepThePath() throws IOException {
        drop(HELLO, "hello-v1:1.2.0:p");
        drop("hello-v1-1.2.0.json", "name=h");
        assertEquals("api-h", only().id());
        assertEquals("/api/hello-v1", only().path());
        // The new name fails for a reason of its own: the mim under its old name is put back.
        put("hello-v1-1.2.0.json", "name=i");
        drop(HELLO, "hello-v1:1.2.0:bad");
        assertEquals("api-h", only().id());
        mims.deploy(new Deployment("api", "i", "hello-v1", Map.of("PATH", "/i"), null, Source.MANAGEMENT, null));
        drop(HELLO, "hello-v1:1.2.0:p");
        assertEquals("mim 'api-i' is managed by management API", error(HELLO));
        assertEquals("/api/hello-v1", mims.get(null, "api-h").path());
    }

    @Test
    @Tag("M4.4")
    void aBrokenFileLeavesTheOldMimAndAnError() throws IOException {
        drop(HELLO, "hello-v1:1.2.0:p");
        drop(HELLO, "broken");
        assertEquals("not a tar archive", error(HELLO));
        assertEquals(1, only().generation());
        drop(HELLO, "hello-v1:1.2.0:p");
        assertFalse(hasError(HELLO));
        assertEquals(1, only().generation(), "what is deployed already is not deployed again");
        drop("hello-v1-1.2.0.json", "no members");
        assertEquals("hello-v1-1.2.0.json: payload is not valid JSON", error(HELLO));
        drop("hello-v1-1.2.0.json");
        assertFalse(hasError(HELLO));
        drop(HELLO, "broken");
        drop(HELLO);
        assertFalse(hasError(HELLO));
    }

    @Test
    void aMimOfTheManagementApiIsLeftAlone() throws IOException {
        put(HELLO, "hello-v1:1.2.0:p");
        mims.upload(new Upload("api", null, null, Files.newInputStream(dir.resolve(HELLO))));
        mims.deploy(new Deployment("api", null, "hello-v1", Map.of(), null, Source.MANAGEMENT, null));
        folder.changed(HELLO);
        assertEquals("mim 'api-hello-v1' is managed by management API", error(HELLO));
        drop(HELLO);
        assertEquals(Source.MANAGEMENT, only().source());
        assertFalse(hasError(HELLO));
    }

    @Test
    void whatStoodBackGetsItsChance() throws IOException {
        drop("a-v1-1.tar", "a-v1:1:p");
        drop("a-v1-2.tar", "a-v1:2:p");
        assertEquals("2", only().version());
        drop("b.json", "PATH=/a-v1");
        drop("b.tar", "b:1:p");
        assertEquals("base path /api/a-v1 is used by mim 'api-a-v1'", error("b.tar"));
        drop("a-v1-2.tar");
        assertEquals("1", only().version(), "the file that is still there");
        drop("a-v1-1.tar");
        assertEquals("api-b", only().id());
        assertFalse(hasError("b.tar"));
    }

    @Test
    void aRestartChangesWhatHasChanged() throws IOException {
        put("a.json", "name=x");
        for (String name : List.of("a.tar", "b.tgz", "c.tar.gz")) {
            drop(name, name.substring(0, 1) + "-v1:1:p");
        }
        drop("broken.tar", "broken");
        Files.delete(dir.resolve("c.tar.gz"));
        Files.delete(dir.resolve("broken.tar"));
        put("d.tar", "d-v1:1:p");
        put("hidden.tar.part", "x-v1:1:p");
        restart();
        assertEquals(List.of("undeploy api-c-v1 -k", "deploy api-d-v1"), mims.calls);
        assertFalse(hasError("broken.tar"));
        restart();
        assertEquals(List.of(), mims.calls);
        Files.delete(dir.resolve("a.json"));
        put("b.tgz", "b-v1:2:p");
        restart();
        assertEquals(List.of("undeploy api-x -k", "deploy api-a-v1", "deploy api-b-v1"), mims.calls);
        folder = new DeployFolder(mims, dir, "c9");
        folder.processAll(Instant.ofEpochSecond(1000));
        assertEquals(3, mims.list("c9").size(), "the client of the folder has changed");
        assertEquals(3, mims.list(null).size());
    }

    @Test
    @Tag("M7.3")
    void theFolderIsBusyUntilWhatWasThereHasBeenTaken() throws IOException {
        put("a.tar", "a-v1:1:p");
        put("copying.tar", "b-v1:1:p");
        put("gone.tar", "c-v1:1:p");
        assertFalse(folder.isProcessed());
        folder.processAll(Instant.ofEpochSecond(2));
        assertEquals("api-a-v1", only().id());
        assertFalse(folder.isProcessed());
        folder.changed("copying.tar");
        assertFalse(folder.isProcessed());
        Files.delete(dir.resolve("gone.tar"));
        assertTrue(folder.isProcessed());
        assertEquals(2, mims.list(null).size());
    }

    @Test
    void otherFilesAreIgnored() throws IOException {
        drop("kit.addon", "whatever");
        folder.close();
        drop(HELLO, "hello-v1:1.2.0:p");
        assertEquals(List.of(), mims.list(null));
        for (String name :
                List.of(".hello.tar", "hello.tar.part", "hello.tar.tmp", "hello.zip", "tar", ".json", "x.tar.error")) {
            assertFalse(FileNames.isWatched(name), name);
        }
        for (String name : List.of("h.tar", "h.tar.gz", "h.tgz", "h.addon", "h.json")) {
            assertTrue(FileNames.isWatched(name), name);
        }
        assertEquals("h-1.2.0.json", FileNames.sidecar("h-1.2.0.tar.gz"));
    }
}
