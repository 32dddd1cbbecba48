package mimosa.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A disk that can be slow, full, broken or lose its power. What is written stays in a cache of blocks until it is
 * synced; when the power is cut, a random part of the cache has reached the disk.
 */
final class FaultyDisk implements Disk {
    private static final int BLOCK = 4096;

    /** What a test does to all disks that it opens. */
    static final class Faults {
        final AtomicInteger reads = new AtomicInteger();
        final AtomicInteger syncs = new AtomicInteger();
        volatile CountDownLatch syncHeld;
        volatile boolean full;
        volatile boolean syncBroken;
        volatile boolean caching;
        private final Map<Long, byte[]> cache = new TreeMap<>();
        private final Set<Path> unsyncedContents = new HashSet<>();
        private FaultyDisk last;

        Disk.Opener opener() {
            return new Disk.Opener() {
                @Override
                public Disk open(Path path) throws IOException {
                    last = new FaultyDisk(path, LocalDisk.open(path), Faults.this);
                    return last;
                }

                @Override
                public Disk share(Path path, boolean writable) throws IOException {
                    return new Content(path, LocalDisk.share(path, writable), Faults.this);
                }
            };
        }

        /** Each cached block is written or lost, as is the content of each file; the disk that was open is dead. */
        void cutPower(Random random) throws IOException {
            synchronized (cache) {
                // Opened anew: a sync that failed meanwhile may have made the store close it.
                last.disk.close();
                try (Disk platter = LocalDisk.open(last.path)) {
                    for (Map.Entry<Long, byte[]> block : cache.entrySet()) {
                        if (random.nextBoolean()) {
                            platter.write(block.getKey() * BLOCK, block.getValue(), 0, BLOCK);
                        }
                    }
                }
                cache.clear();
                for (Path content : unsyncedContents) {
                    if (random.nextBoolean() && Files.exists(content)) {
                        Files.write(content, new byte[0]);
                    }
                }
                unsyncedContents.clear();
            }
        }
    }

    private final Path path;
    private final Disk disk;
    private final Faults faults;

    private FaultyDisk(Path path, Disk disk, Faults faults) {
        this.path = path;
        this.disk = disk;
        this.faults = faults;
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) throws IOException {
        faults.reads.incrementAndGet();
        synchronized (faults.cache) {
            int done = 0;
            while (done < length) {
                long at = position + done;
                int inBlock = (int) (at % BLOCK);
                int part = Math.min(BLOCK - inBlock, length - done);
                byte[] cached = faults.cache.get(at / BLOCK);
                if (cached == null) {
                    disk.read(at, target, offset + done, part);
                } else {
                    System.arraycopy(cached, inBlock, target, offset + done, part);
                }
                done += part;
            }
        }
    }

    @Override
    public void write(long position, byte[] source, int offset, int length) throws IOException {
        if (faults.full) {
            throw new IOException("no space left on device");
        }
        if (!faults.caching) {
            disk.write(position, source, offset, length);
            return;
        }
        synchronized (faults.cache) {
            for (int done = 0; done < length; done += BLOCK) {
                byte[] block = Arrays.copyOfRange(source, offset + done, offset + done + BLOCK);
                faults.cache.put((position + done) / BLOCK, block);
            }
        }
    }

    @Override
    public long size() throws IOException {
        synchronized (faults.cache) {
            long cached = faults.cache.keySet().stream()
                    .mapToLong(block -> (block + 1) * BLOCK)
                    .max()
                    .orElse(0);
            return Math.max(disk.size(), cached);
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        synchronized (faults.cache) {
            faults.cache.keySet().removeIf(block -> block * BLOCK >= size);
            disk.truncate(Math.min(size, disk.size()));
        }
    }

    @Override
    public void sync() throws IOException {
        faults.syncs.incrementAndGet();
        CountDownLatch held = faults.syncHeld;
        if (held != null) {
            awaitUninterruptibly(held);
        }
        if (faults.syncBroken) {
            throw new IOException("input/output error");
        }
        synchronized (faults.cache) {
            for (Map.Entry<Long, byte[]> block : faults.cache.entrySet()) {
                disk.write(block.getKey() * BLOCK, block.getValue(), 0, BLOCK);
            }
            faults.cache.clear();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        disk.close();
    }

    /** The content of a file, which is written at once but may be lost until it is synced. */
    private record Content(Path path, Disk disk, Faults faults) implements Disk {
        @Override
        public void read(long position, byte[] target, int offset, int length) throws IOException {
            disk.read(position, target, offset, length);
        }

        @Override
        public void write(long position, byte[] source, int offset, int length) throws IOException {
            if (faults.full) {
                throw new IOException("no space left on device");
            }
            synchronized (faults.cache) {
                faults.unsyncedContents.add(path);
            }
            disk.write(position, source, offset, length);
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
            if (faults.syncBroken) {
                throw new IOException("input/output error");
            }
            synchronized (faults.cache) {
                faults.unsyncedContents.remove(path);
            }
        }

        @Override
        public void close() throws IOException {
            disk.close();
        }
    }
}
