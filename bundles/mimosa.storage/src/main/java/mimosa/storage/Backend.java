package mimosa.storage;

import java.util.Queue;
import java.util.concurrent.Executor;
import org.h2.mvstore.WriteBuffer;

/**
 * What all stores share.
 *
 * @param disks opens files
 * @param buffers for commits; bounded
 * @param pool of few threads, for everything that waits for a disk
 */
record Backend(Settings settings, Disk.Opener disks, Queue<WriteBuffer> buffers, Executor pool) {}
