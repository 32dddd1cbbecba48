package mimosa.gateway;

import java.util.function.Supplier;
import mimosa.gateway.RouteTable.Route;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Where every request comes in: refused by rule, handed to the handler of its path, or answered 404. */
final class FrontDoor extends Handler.Abstract {
    private static final int LONGEST_PATH_SHOWN = 200;

    private final GatewayServer gateway;
    private final RequestRules rules;
    private final Supplier<RouteTable> routes;

    FrontDoor(GatewayServer gateway, Supplier<RouteTable> routes) {
        this.gateway = gateway;
        this.rules = new RequestRules(gateway.settings());
        this.routes = routes;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        boolean open = gateway.entered();
        JettyExchange exchange = new JettyExchange(request, response, callback, gateway);
        Refusal refusal = open
                ? rules.check(request, exchange.path(), exchange.query())
                : new Refusal(503, "the node is shutting down", null, 1, true);
        if (refusal != null) {
            exchange.refuse(refusal);
            return true;
        }
        Route route = routes.get().find(exchange.path());
        if (route == null) {
            exchange.refuse(new Refusal(404, "no mim at " + ErrorBody.cut(exchange.path(), LONGEST_PATH_SHOWN)));
            return true;
        }
        exchange.matched(route);
        serve(route, exchange);
        return true;
    }

    private static void serve(Route route, JettyExchange exchange) {
        try {
            route.handler().handle(exchange);
        } catch (Throwable e) {
            // The boundary to handlers, which are other people's code: whatever they throw is answered.
            exchange.fail(e);
        }
    }
}
