package mimosa.engine.wasm;

import java.util.Map;
import mimosa.api.client.HttpClient;
import mimosa.api.engine.ContextExtension;
import mimosa.api.engine.Host;
import mimosa.api.engine.Payload;
import mimosa.api.storage.Session;

/** The host of a deployment's trial, which has no request: only what an initialisation may ask for is there. */
final class TrialHost implements Host {
    private final Payload payload;

    TrialHost(Payload payload) {
        this.payload = payload;
    }

    /** What is not known before a mim serves is left empty; who asks is asked again for each request. */
    @Override
    public Info info() {
        return new Info(payload.mimId(), "", 0, "", "");
    }

    @Override
    public Map<String, String> env() {
        return payload.env();
    }

    @Override
    public Session storage() {
        throw noRequest();
    }

    @Override
    public HttpClient client() {
        throw noRequest();
    }

    private static IllegalStateException noRequest() {
        return new IllegalStateException("an initialisation should not have got here");
    }

    @Override
    public void log(Level level, String text) {}

    @Override
    public void publish(String frame) {}

    @Override
    public Map<String, ContextExtension> extensions() {
        return Map.of();
    }

    @Override
    public String requestId() {
        return "trial";
    }

    @Override
    public void close() {}
}
