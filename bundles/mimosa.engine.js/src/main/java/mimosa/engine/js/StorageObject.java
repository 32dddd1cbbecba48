package mimosa.engine.js;

import java.nio.ByteBuffer;
import java.util.Base64;
import mimosa.api.engine.Host.Level;
import mimosa.api.storage.Item;
import mimosa.api.storage.NewFile;
import mimosa.api.storage.Session;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;

/** {@code context.storage} as the script sees it. */
final class StorageObject {
    private static final int MAX_TAG_BYTES = 256;

    private StorageObject() {}

    static Scriptable create(Guest guest, Scriptable global) {
        ScriptableObject object = (ScriptableObject) guest.newObject(global);
        HostFunction.define(guest, global, object, "getItem", 1, StorageObject::getItem);
        HostFunction.define(guest, global, object, "setItem", 2, (g, args) -> setItem(g, args, ""));
        HostFunction.define(
                guest, global, object, "setItemWithTag", 3, (g, args) -> setItem(g, args, tag(args.get(2))));
        HostFunction.define(guest, global, object, "removeItem", 1, StorageObject::removeItem);
        HostFunction.define(guest, global, object, "eachItem", 1, (g, args) -> each(g, args, 0, null));
        HostFunction.define(guest, global, object, "eachItemByTag", 2, (g, args) -> each(g, args, 1, tag(args.get(0))));
        HostFunction.define(guest, global, object, "removeItemsByTag", 1, (g, args) -> {
            session(g).removeTagged(tag(args.get(0)));
            return Undefined.instance;
        });
        HostFunction.define(
                guest, global, object, "getJsonItemsPaginated", 4, (g, args) -> PagedQuery.run(g, args, session(g)));
        HostFunction.define(guest, global, object, "lockExecute", 1, StorageObject::lockExecute);
        HostFunction.define(guest, global, object, "saveFile", 2, StorageObject::saveFile);
        HostFunction.define(guest, global, object, "deleteFile", 1, StorageObject::deleteFile);
        EmbeddingFunctions.define(guest, global, object);
        return object;
    }

    /** The session of the instance, which is asked for when it is needed. */
    static Session session(Guest guest) {
        return guest.instance().host().storage();
    }

    /** The key as the store has it; {@code null} when it is none. */
    static String key(Object value) {
        if (value instanceof CharSequence || value instanceof Number || value instanceof Boolean) {
            String key = Context.toString(value);
            return key.isEmpty() ? null : key;
        }
        return null;
    }

    static String requiredKey(Object value) {
        String key = key(value);
        if (key == null) {
            throw ScriptRuntime.typeError("context.storage: a key must be a non-empty string, found "
                    + (value instanceof CharSequence ? "an empty one" : ScriptRuntime.typeof(value)));
        }
        return key;
    }

    static String tag(Object value) {
        if (!(value instanceof CharSequence)) {
            throw ScriptRuntime.typeError(
                    "context.storage: a tag must be a string, found " + ScriptRuntime.typeof(value));
        }
        String tag = value.toString();
        if (Bytes.utf8(tag).length > MAX_TAG_BYTES) {
            throw ScriptRuntime.typeError("context.storage: a tag has at most " + MAX_TAG_BYTES + " bytes");
        }
        return tag;
    }

    private static Object getItem(Guest guest, Args args) {
        String key = key(args.get(0));
        return key == null ? null : session(guest).get(key);
    }

    private static Object setItem(Guest guest, Args args, String tag) {
        session(guest).put(requiredKey(args.get(0)), args.string(1), tag);
        return Undefined.instance;
    }

    private static Object removeItem(Guest guest, Args args) {
        String key = key(args.get(0));
        if (key != null) {
            session(guest).remove(key);
        }
        return Undefined.instance;
    }

    private static Object each(Guest guest, Args args, int callback, String tag) {
        Callable visitor = args.function(callback, tag == null ? "eachItem" : "eachItemByTag");
        session(guest).each(tag, item -> visit(guest, args.scope(), visitor, item));
        return Undefined.instance;
    }

    private static boolean visit(Guest guest, Scriptable scope, Callable visitor, Item item) {
        guest.tenant().check();
        visitor.call(guest, scope, scope, new Object[] {item.key(), item.value()});
        return true;
    }

    private static Object saveFile(Guest guest, Args args) {
        String path = path(args);
        byte[] bytes = decoded(args.get(1));
        try (NewFile file =
                JsError.plain(guest, args.scope(), () -> session(guest).newFile(path))) {
            file.write(ByteBuffer.wrap(bytes));
            file.commit();
        }
        return Undefined.instance;
    }

    private static byte[] decoded(Object base64) {
        try {
            return base64 instanceof CharSequence text ? Base64.getDecoder().decode(text.toString()) : notBase64();
        } catch (IllegalArgumentException e) {
            return notBase64();
        }
    }

    private static byte[] notBase64() {
        throw ScriptRuntime.typeError("context.storage.saveFile: the content must be a string in base64");
    }

    private static Object deleteFile(Guest guest, Args args) {
        String path = path(args);
        JsError.plain(guest, args.scope(), () -> session(guest).removeFile(path));
        return Undefined.instance;
    }

    private static String path(Args args) {
        if (args.get(0) instanceof CharSequence path && !path.isEmpty()) {
            return path.toString();
        }
        throw ScriptRuntime.typeError("context.storage: the path of a file must be a non-empty string");
    }

    private static Object lockExecute(Guest guest, Args args) {
        Callable body = args.function(0, "lockExecute");
        Instance instance = guest.instance();
        boolean outermost = instance.enterLock(session(guest));
        Object result;
        try {
            result = body.call(guest, args.scope(), args.scope(), ScriptRuntime.emptyArgs);
        } catch (Throwable e) { // whatever it is goes on to the caller, once the lock is right
            instance.leaveLock(session(guest), outermost, false);
            throw e;
        }
        instance.leaveLock(session(guest), outermost, true);
        if (result instanceof Scriptable object
                && Args.asFunction(ScriptableObject.getProperty(object, "then")) != null) {
            instance.log(
                    Level.WARN,
                    "lockExecute: the function returned a promise, which is not awaited: what it does later is not"
                            + " inside the lock");
        }
        return result;
    }
}
