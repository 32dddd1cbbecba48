package mimosa.storage;

import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.storage.KeyValueStore;
import mimosa.api.storage.Session;
import mimosa.api.storage.Waiting;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/** The view that one bundle gets of its own store, on H2's MVStore. */
@Component(service = KeyValueStore.class, scope = ServiceScope.BUNDLE)
public final class MvStoreKeyValueStore implements KeyValueStore {
    private static final String ENCRYPTED = "encrypted";

    private final Stores stores;
    private final String name;

    /** @param context knows the bundle that uses the service */
    @Activate
    public MvStoreKeyValueStore(ComponentContext context, @Reference Stores stores) {
        this(stores, context.getUsingBundle().getSymbolicName());
    }

    MvStoreKeyValueStore(Stores stores, String name) {
        this.stores = stores;
        this.name = name;
    }

    @Override
    public Session session(Waiting waiting) {
        return new MvStoreSession(stores.store(name), waiting);
    }

    @Override
    public long usedBytes() {
        try (Session session = new MvStoreSession(stores.store(name), turn -> {})) {
            return ((MvStoreSession) session).read(Snapshot::usedBytes);
        }
    }

    @Override
    public void configure(Map<String, String> options) {
        for (Map.Entry<String, String> option : options.entrySet()) {
            String value = option.getValue();
            if (!option.getKey().equals(ENCRYPTED) || !"true".equals(value) && !"false".equals(value)) {
                throw MimosaException.invalid("storage option " + option.getKey() + "=" + value
                        + " is unknown, expected encrypted=true or encrypted=false");
            }
        }
        String encrypted = options.get(ENCRYPTED);
        if (encrypted != null) {
            stores.store(name).encrypt(Boolean.parseBoolean(encrypted));
        }
    }

    @Override
    public void destroy() {
        stores.destroy(name);
    }
}
