package mimosa.engine.wasm;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads that read and compile modules: two at most, since nothing can stop them; none while there is no work. */
final class Compilers implements Executor, AutoCloseable {
    private static final int THREADS = 2;
    private static final int IDLE_SECONDS = 10;
    private static final long STACK_BYTES = 16L * 1024 * 1024;

    private final ExecutorService threads;

    Compilers() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform()
                        .name("mimosa-wasm-compiler-", 1)
                        .daemon()
                        .stackSize(STACK_BYTES)
                        .factory());
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
    }

    @Override
    public void execute(Runnable work) {
        threads.execute(work);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
