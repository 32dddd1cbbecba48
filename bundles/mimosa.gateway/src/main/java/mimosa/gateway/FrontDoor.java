package mimosa.gateway;

import java.util.function.BooleanSupplier;
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
    private final BooleanSupplier starting;

    /**
     * @param starting whether handlers come or go with the whole node, so that nobody can say that there is none
     */
    FrontDoor(GatewayServer gateway, Supplier<RouteTable> routes, BooleanSupplier starting) {
        this.gateway = gateway;
        this.rules = new RequestRules(gateway.settings());
        this.routes = routes;
        this.starting = starting;
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
            exchange.refuse(nobody(exchange.path()));
            return true;
        }
        exchange.matched(route);
        serve(route, exchange);
        return true;
    }

    private Refusal nobody(String path) {
        return starting.getAsBoolean()
                ? new Refusal(503, "the node is starting or stopping", null, 1, false)
                : new Refusal(404, "no mim at " + ErrorBody.cut(path, LONGEST_PATH_SHOWN));
    }

    private static void serve(Route route, JettyExchange exchange) {
        exchange.lender(Thread.currentThread());
        try {
            route.handler().handle(exchange);
        } catch (Throwable e) {
            // The boundary to handlers, which are other people's code: whatever they throw is answered.
            exchange.fail(e);
        } finally {
            exchange.lender(null);
        }
    }
}
