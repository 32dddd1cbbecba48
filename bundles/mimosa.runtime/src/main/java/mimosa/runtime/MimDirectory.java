package mimosa.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mimosa.api.MimosaException;

/** All mims of the node and the paths they hold. Thread-safe. */
final class MimDirectory {
    private final Map<String, MimHandle> byId = new TreeMap<>();
    private final Map<String, String> idByPath = new HashMap<>();
    /** A mim's bundle stays where it is through all redeploys. */
    private final Map<String, MimHandle> byLocation = new HashMap<>();

    synchronized MimHandle byId(String id) {
        return byId.get(id);
    }

    synchronized MimHandle byLocation(String location) {
        return byLocation.get(location);
    }

    synchronized List<MimHandle> all() {
        return new ArrayList<>(byId.values());
    }

    synchronized void put(MimHandle handle) {
        byId.put(handle.record().id(), handle);
        byLocation.put(handle.record().location(), handle);
    }

    synchronized void remove(String id) {
        MimHandle handle = byId.remove(id);
        if (handle != null) {
            byLocation.remove(handle.record().location(), handle);
        }
        idByPath.values().removeIf(id::equals);
    }

    /**
     * Reserves id and paths for a mim, beside those it holds already.
     *
     * @throws MimosaException of kind {@code CONFLICT} when another mim has one of them; nothing is reserved then
     */
    synchronized void claim(String id, String clientId, String name, MimEnv env) {
        MimHandle other = byId.get(id);
        if (other != null
                && !(other.record().clientId().equals(clientId)
                        && other.record().name().equals(name))) {
            throw new MimosaException(
                    MimosaException.Kind.CONFLICT,
                    "id '" + id + "' is already used by client '"
                            + other.record().clientId() + "'");
        }
        checkFree(env.path(), id);
        checkFree(env.alias(), id);
        idByPath.put(env.path(), id);
        if (env.alias() != null) {
            idByPath.put(env.alias(), id);
        }
    }

    private void checkFree(String path, String id) {
        String holder = path == null ? null : idByPath.get(path);
        if (holder != null && !holder.equals(id)) {
            throw new MimosaException(
                    MimosaException.Kind.CONFLICT, "base path " + path + " is used by mim '" + holder + "'");
        }
    }

    /** Gives back every path of the mim that its desired state does not name; all of them where there is none. */
    synchronized void settle(String id) {
        MimHandle handle = byId.get(id);
        idByPath.entrySet()
                .removeIf(entry -> entry.getValue().equals(id)
                        && (handle == null
                                || !(entry.getKey().equals(handle.record().path())
                                        || entry.getKey().equals(handle.record().alias()))));
    }
}
