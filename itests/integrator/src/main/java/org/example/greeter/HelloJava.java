package org.example.greeter;

import java.nio.charset.StandardCharsets;
import mimosa.api.http.Exchange;
import mimosa.api.http.HttpHandler;
import org.osgi.service.component.annotations.Component;

/** An end point in Java: answers every request at or below {@code /hello-java}. */
@Component(property = HttpHandler.PATH + "=/hello-java")
public final class HelloJava implements HttpHandler {
    @Override
    public void handle(Exchange exchange) {
        exchange.setHeader("Content-Type", "text/plain; charset=utf-8");
        exchange.end(StandardCharsets.UTF_8.encode("hello from Java at " + exchange.remainingPath()));
    }
}
