package org.example.greeter;

import java.util.List;
import java.util.Set;
import mimosa.api.MimosaException;
import mimosa.api.engine.ContextExtension;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * {@code context.greeter} of JavaScript mims. With the scope bundle each mim has a greeter of its own, which knows whose it
 * is.
 */
@Component(scope = ServiceScope.BUNDLE, property = ContextExtension.NAME + "=greeter")
public final class Greeter implements ContextExtension {
    private final String mim;

    @Activate
    public Greeter(ComponentContext component) {
        mim = component.getUsingBundle().getSymbolicName();
    }

    @Override
    public Set<String> functions() {
        return Set.of("greet");
    }

    @Override
    public Object call(String function, List<Object> arguments) {
        if (arguments.isEmpty() || !(arguments.get(0) instanceof String name)) {
            throw MimosaException.invalid("context.greeter.greet: expected a name");
        }
        return "hello " + name + " from " + mim;
    }
}
