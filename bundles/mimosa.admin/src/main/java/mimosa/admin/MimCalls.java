package mimosa.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import mimosa.admin.Resource.Operation;
import mimosa.api.MimosaException;
import mimosa.api.http.Exchange;
import mimosa.api.mim.Deployment;
import mimosa.api.mim.Mim;
import mimosa.api.mim.Mims;
import mimosa.api.mim.Source;

/** The calls below {@code /mcm/v1/mims} and {@code /mcm/v1/containers}, which are the same. */
final class MimCalls {
    private final Mims mims;
    private final Resource all = new Resource(
            Map.of("GET", new Operation(0, this::list), "POST", new Operation(Resource.JSON_BYTES, this::deploy)));
    private final Resource one = new Resource(Map.of(
            "GET", new Operation(0, this::get),
            "PUT", new Operation(Resource.JSON_BYTES, this::putState),
            "DELETE", new Operation(0, this::undeploy)));

    MimCalls(Mims mims) {
        this.mims = mims;
    }

    /** What is at a path below; {@code null} when there is nothing. */
    Resource resource(List<String> path) {
        return switch (path.size()) {
            case 0 -> all;
            case 1 -> one;
            default -> null;
        };
    }

    private void list(Exchange exchange, Caller caller, String id) throws IOException {
        Json.answer(
                exchange,
                200,
                Json.list(mims.list(caller.clientId()).stream().map(Json::mim).toList()));
    }

    private void get(Exchange exchange, Caller caller, String id) throws IOException {
        Json.answer(exchange, 200, Json.mim(mims.get(caller.clientId(), id)));
    }

    private void deploy(Exchange exchange, Caller caller, String id) throws IOException {
        Deployment wanted = mims.payload(exchange.body().bytes(), Source.MANAGEMENT);
        Json.answer(exchange, 200, Json.mim(mims.deploy(caller.clientId() == null ? wanted : of(caller, wanted))));
    }

    /** The client of the header comes before the one in the body. */
    private static Deployment of(Caller caller, Deployment d) {
        return new Deployment(caller.clientId(), d.name(), d.image(), d.env(), d.id(), d.source(), d.origin());
    }

    private void putState(Exchange exchange, Caller caller, String id) throws IOException {
        String state = state(exchange.body().bytes());
        Mim mim = state.equals("started") ? mims.start(caller.clientId(), id) : mims.stop(caller.clientId(), id);
        Json.answer(exchange, 200, Json.mim(mim));
    }

    private static String state(byte[] body) throws IOException {
        JsonNode json;
        try {
            json = Json.parse(body);
        } catch (JsonProcessingException e) {
            throw MimosaException.invalid("body is not valid JSON: " + e.getOriginalMessage());
        }
        String state = json.path("state").asText();
        if (!state.equals("started") && !state.equals("stopped")) {
            throw MimosaException.invalid("state: expected {\"state\":\"started\"} or {\"state\":\"stopped\"}");
        }
        return state;
    }

    private void undeploy(Exchange exchange, Caller caller, String id) throws IOException {
        Mim gone = mims.undeploy(caller.clientId(), id, keepsData(exchange.query()), Source.MANAGEMENT);
        Json.answer(exchange, 200, Json.removed(gone.id(), gone.name()));
    }

    private static boolean keepsData(String query) {
        return query != null && List.of(query.split("&")).contains("keepData=true");
    }
}
