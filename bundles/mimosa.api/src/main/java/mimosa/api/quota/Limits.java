package mimosa.api.quota;

import java.time.Duration;

/**
 * The limits of one mim's instances: the node's configuration {@code mimosa.limits}, with the mim's own variables
 * applied. Sizes are bytes.
 *
 * @param wall from the start of an instance to its closing
 * @param cpu processor time of one instance
 * @param allocBytes memory that one instance may allocate, garbage included
 * @param objectBytes one string, buffer or array storage
 * @param timers pending timers of one instance
 * @param outboundCalls outbound calls of one instance
 * @param outboundParallel outbound calls of one instance that are under way at a time; others wait
 * @param outboundBytes an outbound answer kept in memory
 * @param bodyBytes a request body
 * @param uploadBytes a multipart request body
 * @param responseBytes written response bytes of one instance
 * @param logBytes log text of one instance
 * @param concurrency instances of the mim at a time
 * @param queue requests that wait for an instance to end
 * @param queueTime longest such wait
 */
public record Limits(
        Duration wall,
        Duration cpu,
        long allocBytes,
        long objectBytes,
        int timers,
        int outboundCalls,
        int outboundParallel,
        long outboundBytes,
        long bodyBytes,
        long uploadBytes,
        long responseBytes,
        long logBytes,
        int concurrency,
        int queue,
        Duration queueTime) {}
