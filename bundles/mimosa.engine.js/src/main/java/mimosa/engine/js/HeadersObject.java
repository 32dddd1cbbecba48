package mimosa.engine.js;

import java.util.List;
import java.util.Locale;
import mimosa.api.http.HeaderField;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.NativeObject;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.TopLevel;

/** Header fields as an object of the script: own properties with names in lower case, found whatever the case. */
final class HeadersObject extends NativeObject {
    private static final long serialVersionUID = 1L;

    private HeadersObject() {}

    /** Repeated fields are joined, cookies by a semicolon, all others by a comma. */
    static HeadersObject of(Scriptable global, List<HeaderField> fields) {
        HeadersObject headers = new HeadersObject();
        ScriptRuntime.setBuiltinProtoAndParent(headers, global, TopLevel.Builtins.Object);
        for (HeaderField field : fields) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (name.equals("__proto__")) {
                continue;
            }
            Object earlier = headers.get(name, headers);
            String joint = name.equals("cookie") ? "; " : ", ";
            headers.put(name, headers, earlier == NOT_FOUND ? field.value() : earlier + joint + field.value());
        }
        return headers;
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean has(String name, Scriptable start) {
        return super.has(lower(name), start);
    }

    @Override
    public Object get(String name, Scriptable start) {
        return super.get(lower(name), start);
    }

    @Override
    public void put(String name, Scriptable start, Object value) {
        super.put(start == this ? lower(name) : name, start, value);
    }

    @Override
    public void delete(String name) {
        super.delete(lower(name));
    }

    @Override
    protected DescriptorInfo getOwnPropertyDescriptor(Context cx, Object id) {
        return super.getOwnPropertyDescriptor(cx, lowerId(id));
    }

    @Override
    protected boolean defineOwnProperty(Context cx, Object id, DescriptorInfo descriptor, boolean checkValid) {
        return super.defineOwnProperty(cx, lowerId(id), descriptor, checkValid);
    }

    private static Object lowerId(Object id) {
        return id instanceof CharSequence name ? lower(name.toString()) : id;
    }
}
