package mimosa.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mimosa.api.engine.ContextExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.PrototypeServiceFactory;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** What integrators add to context, as it comes, goes, and belongs to one mim each. */
class ExtensionsTest {
    private record Named(String by) implements ContextExtension {
        @Override
        public Set<String> functions() {
            return Set.of("by");
        }

        @Override
        public Object call(String function, List<Object> arguments) {
            return by;
        }
    }

    private final List<String> events = new ArrayList<>();
    private TestFramework framework;
    private Extensions all;
    private Bundle one;
    private Bundle two;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        framework = new TestFramework(folder);
        all = new Extensions(framework.context());
        all.open();
        one = framework.mim("mim.api.one");
        two = framework.mim("mim.api.two");
    }

    @AfterEach
    void stop() throws Exception {
        all.close();
        framework.stop();
    }

    private static Dictionary<String, Object> named(Object name, int ranking) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(ContextExtension.NAME, name);
        properties.put(Constants.SERVICE_RANKING, ranking);
        return properties;
    }

    private ServiceRegistration<?> offer(String name, String by, int ranking) {
        return framework.context().registerService(ContextExtension.class, new Named(by), named(name, ranking));
    }

    /** With the scope bundle: one for each user. */
    private ServiceRegistration<?> offerToEach(String name) {
        return framework
                .context()
                .registerService(
                        ContextExtension.class,
                        new ServiceFactory<ContextExtension>() {
                            @Override
                            public ContextExtension getService(
                                    Bundle user, ServiceRegistration<ContextExtension> registration) {
                                events.add("made for " + user.getSymbolicName());
                                return new Named(user.getSymbolicName());
                            }

                            @Override
                            public void ungetService(
                                    Bundle user,
                                    ServiceRegistration<ContextExtension> registration,
                                    ContextExtension service) {
                                events.add("taken from " + user.getSymbolicName());
                            }
                        },
                        named(name, 0));
    }

    private static Object said(Map<String, ContextExtension> extensions, String name) {
        return extensions.get(name).call("by", List.of());
    }

    @Test
    void comeAndGoWithTheirService() {
        MimExtensions mim = all.of(one.getBundleContext());
        assertEquals(Set.of(), mim.current().keySet());
        ServiceRegistration<?> greeter = offer("greeter", "a", 0);
        offer("other", "b", 0);
        Map<String, ContextExtension> before = mim.current();
        assertEquals(Set.of("greeter", "other"), before.keySet());
        assertSame(before, mim.current(), "looked up once");
        greeter.unregister();
        assertEquals(Set.of("other"), mim.current().keySet());
        assertEquals("a", said(before, "greeter"), "a request keeps what it began with");
        assertNull(one.getServicesInUse() == null ? null : inUse(one, "greeter"));
    }

    private static Object inUse(Bundle bundle, String name) {
        for (var reference : bundle.getServicesInUse()) {
            if (name.equals(reference.getProperty(ContextExtension.NAME))) {
                return reference;
            }
        }
        return null;
    }

    @Test
    void eachMimHasItsOwnOnceAndGivesItBack() throws Exception {
        offerToEach("greeter");
        MimExtensions first = all.of(one.getBundleContext());
        MimExtensions second = all.of(two.getBundleContext());
        assertEquals(List.of(), events);
        assertEquals("mim.api.one", said(first.current(), "greeter"));
        assertEquals("mim.api.two", said(second.current(), "greeter"));
        first.current();
        assertEquals(List.of("made for mim.api.one", "made for mim.api.two"), events);
        first.close();
        assertEquals("taken from mim.api.one", events.get(2));
        assertEquals(Set.of(), first.current().keySet());
        two.stop();
        assertEquals("taken from mim.api.two", events.get(3));
        second.close();
        assertEquals(4, events.size());
    }

    @Test
    void theHigherRankingWinsAName() {
        MimExtensions mim = all.of(one.getBundleContext());
        offer("greeter", "first", 0);
        ServiceRegistration<?> better = offer("greeter", "better", 1);
        assertEquals("better", said(mim.current(), "greeter"));
        better.unregister();
        assertEquals("first", said(mim.current(), "greeter"));
    }

    @Test
    void aNameCanChange() {
        MimExtensions mim = all.of(one.getBundleContext());
        ServiceRegistration<?> greeter = offer("greeter", "a", 0);
        assertTrue(mim.current().containsKey("greeter"));
        greeter.setProperties(named("salut_$1", 0));
        assertEquals(Set.of("salut_$1"), mim.current().keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1st", "a-b", "a.b", "storage", "then"})
    void namesThatContextCannotHaveAreNotOffered(String name) {
        MimExtensions mim = all.of(one.getBundleContext());
        offer(name, "a", 0);
        assertEquals(Set.of(), mim.current().keySet());
    }

    @Test
    void aServiceThatFailsToAppearIsLeftOut() {
        MimExtensions mim = all.of(one.getBundleContext());
        framework.context().registerService(ContextExtension.class, new Failing(), named("broken", 0));
        offer("greeter", "a", 0);
        assertEquals(Set.of("greeter"), mim.current().keySet());
    }

    private static final class Failing implements PrototypeServiceFactory<ContextExtension> {
        @Override
        public ContextExtension getService(Bundle user, ServiceRegistration<ContextExtension> registration) {
            throw new IllegalStateException("not today");
        }

        @Override
        public void ungetService(
                Bundle user, ServiceRegistration<ContextExtension> registration, ContextExtension service) {}
    }
}
