package mimosa.gateway;

import java.util.concurrent.TimeUnit;
import mimosa.api.http.HttpHandler;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Finding the handler of a path, which each request does, and what a deployment costs the request after it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RouteBenchmarks {
    private static final HttpHandler HANDLER = exchange -> {};

    /** How many mims there are. */
    @Param({"10", "1000"})
    public int mims;

    private final Routes<Integer> routes = new Routes<>();
    private String[] requests;
    private int next;

    @Setup
    public void deploy() {
        requests = new String[mims];
        for (int i = 0; i < mims; i++) {
            requests[i] = "/api/mim" + i + "/v1/users/7/address";
            routes.put(i, HANDLER, "/api/mim" + i + "/v1");
        }
    }

    @Benchmark
    public Object find() {
        next = (next + 1) % mims;
        return routes.table().find(requests[next]);
    }

    @Benchmark
    public Object findNothing() {
        return routes.table().find("/api/nobody/v1/users/7/address");
    }

    @Benchmark
    public Object findAfterDeployment() {
        routes.put(0, HANDLER, "/api/mim0/v1");
        return routes.table().find("/api/mim0/v1");
    }
}
