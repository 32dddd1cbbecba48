package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import mimosa.api.storage.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpaceTest {
    private static final int KEYS = 1000;
    private static final long ALLOWANCE = 64L << 20;

    @TempDir
    Path data;

    private final AtomicLong written = new AtomicLong();
    private final Random random = new Random(7);
    private int count;

    @Test
    void underSmallDurableChangesTheFileStaysWithinFourTimesItsDataAnd64MiB() throws Exception {
        Stores stores = openCounting();
        try {
            // More than the bound, were what is superseded not written over.
            changeUntil(stores, 2 * ALLOWANCE);
        } finally {
            stores.close();
        }
        Stores again = openCounting();
        try {
            assertWithinBound(again);
            changeUntil(again, ALLOWANCE / 4);
            try (Session session = TestStores.session(again)) {
                assertEquals(String.valueOf(count), session.get("count"));
            }
        } finally {
            again.close();
        }
    }

    /** Each time a counter and a tenth of the keys, so that nearly all pages are written. */
    private void changeUntil(Stores stores, long writtenBytes) throws Exception {
        written.set(0);
        while (written.get() < writtenBytes) {
            try (Session session = TestStores.session(stores)) {
                session.lock();
                session.put("count", String.valueOf(++count), "");
                for (int i = 0; i < KEYS / 10; i++) {
                    session.put("key" + random.nextInt(KEYS), random.nextLong() + "x".repeat(random.nextInt(500)), "");
                }
                session.commit();
                TestStores.await(session.durable());
            }
            assertWithinBound(stores);
        }
    }

    private void assertWithinBound(Stores stores) throws IOException {
        long live = TestStores.view(stores, "mim.api.t").usedBytes();
        long size = Files.size(TestStores.file(data));
        assertTrue(size <= 4 * live + ALLOWANCE, size + " bytes for " + live);
    }

    private Stores openCounting() throws IOException {
        return TestStores.open(data, path -> new CountingDisk(LocalDisk.open(path)));
    }

    private final class CountingDisk implements Disk {
        private final Disk disk;

        CountingDisk(Disk disk) {
            this.disk = disk;
        }

        @Override
        public void read(long position, byte[] target, int offset, int length) throws IOException {
            disk.read(position, target, offset, length);
        }

        @Override
        public void write(long position, byte[] source, int offset, int length) throws IOException {
            disk.write(position, source, offset, length);
            written.addAndGet(length);
        }

        @Override
        public long size() throws IOException {
            return disk.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            disk.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            disk.sync();
        }

        @Override
        public void close() throws IOException {
            disk.close();
        }
    }
}
