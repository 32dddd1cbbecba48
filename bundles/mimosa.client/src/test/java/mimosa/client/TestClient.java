package mimosa.client;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mimosa.api.client.OutboundRequest;
import mimosa.api.http.Gateway;
import mimosa.api.http.HeaderField;

/** Makes clients and requests the way the tests need them. */
final class TestClient {
    private TestClient() {}

    static JettyHttpClient allowing(String allow) throws Exception {
        return allowing(allow, InetAddress::getAllByName);
    }

    static JettyHttpClient allowing(String allow, GuardedResolver.Lookup lookup) throws Exception {
        return new JettyHttpClient(settings(allow), "9.9", lookup);
    }

    static ClientSettings settings(String allow) {
        return new ClientSettings(new AddressPolicy(allow), 5000, 30_000, 15_000, 64);
    }

    static Gateway gateway(int port) {
        return new Gateway() {
            @Override
            public String host() {
                return "127.0.0.1";
            }

            @Override
            public int port() {
                return port;
            }
        };
    }

    static OutboundRequest get(String url, String... namesAndValues) {
        return request("GET", url, null, namesAndValues);
    }

    static OutboundRequest request(String method, String url, byte[] body, String... namesAndValues) {
        return new OutboundRequest(method, url, fields(namesAndValues), body, null, null, true, 3);
    }

    static OutboundRequest timed(String url, Duration connect, Duration idle) {
        return new OutboundRequest("GET", url, List.of(), null, connect, idle, true, 0);
    }

    static OutboundRequest notFollowing(String url) {
        return new OutboundRequest("GET", url, List.of(), null, null, null, false, 0);
    }

    private static List<HeaderField> fields(String... namesAndValues) {
        var fields = new ArrayList<HeaderField>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add(new HeaderField(namesAndValues[i], namesAndValues[i + 1]));
        }
        return fields;
    }
}
