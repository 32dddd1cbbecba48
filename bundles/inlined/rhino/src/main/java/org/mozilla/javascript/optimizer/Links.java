package org.mozilla.javascript.optimizer;

import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.math.BigInteger;
import java.util.Map;
import org.mozilla.classfile.ClassFileWriter;
import org.mozilla.classfile.ClassFileWriter.MHandle;
import org.mozilla.javascript.ConsString;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.NativeArray;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;

/**
 * What the operations of compiled code do, in the place of the engine's own linker. That one learns what is linked from
 * the objects it sees, constants of a script included: compiled code would know what a request has made constant, and
 * what is undone afterwards. Here an operation is linked once, to a method that asks for the common types first.
 */
public final class Links {
    private static final MHandle BOOTSTRAP = new MHandle(
            (byte) 6, // a static method
            Links.class.getName(),
            "bootstrap",
            MethodType.methodType(CallSite.class, Lookup.class, String.class, MethodType.class, String.class)
                    .toMethodDescriptorString());

    /** Instructions of the virtual machine. */
    private static final int STATIC = 184;

    private static final int DUP = 89;

    /** Where the name of the property or variable is among the parameters of the engine's method. */
    private static final int NAME_SECOND = 1;

    private static final Map<String, String> PROPERTIES = Map.of(
            "GET", "getObjectProp",
            "GETNOWARN", "getObjectPropNoWarn",
            "GETSUPER", "getSuperProp",
            "GETWITHTHIS", "getPropAndThis",
            "GETWITHTHISOPTIONAL", "getPropAndThisOptional",
            "SET", "setObjectProp",
            "SETSUPER", "setSuperProp");

    private static final Map<String, String> ELEMENTS = Map.of(
            "GETELEMENT", "getObjectElem",
            "GETELEMENTSUPER", "getSuperElem",
            "GETINDEX", "getObjectIndex",
            "SETELEMENT", "setObjectElem",
            "SETELEMENTSUPER", "setSuperElem",
            "SETINDEX", "setObjectIndex");

    private static final Map<String, String> NUMBERS = Map.ofEntries(
            Map.entry("ADD", "add"),
            Map.entry("TONUMBER", "toNumber"),
            Map.entry("TONUMERIC", "toNumeric"),
            Map.entry("TOBOOLEAN", "toBoolean"),
            Map.entry("TOINT32", "toInt32"),
            Map.entry("TOUINT32", "toUint32"),
            Map.entry("EQ", "equal"),
            Map.entry("SHALLOWEQ", "same"),
            Map.entry("COMPAREGT", "greater"),
            Map.entry("COMPARELT", "less"),
            Map.entry("COMPAREGE", "greaterOrEqual"),
            Map.entry("COMPARELE", "lessOrEqual"));

    private static final int LE = 15;
    private static final int LT = 14;
    private static final int GT = 16;
    private static final int GE = 17;

    private Links() {}

    /**
     * Called by the compiler to add an operation to what it makes.
     *
     * @param operation {@code PROP:GET:<name>} and the like: the name may be any text, which that of a method may not
     */
    public static void emit(ClassFileWriter writer, String operation, String signature) {
        String[] parts = operation.split(":", 3);
        writer.addInvokeDynamic(
                parts[0] + "_" + parts[1], signature, BOOTSTRAP, (Object) (parts.length > 2 ? parts[2] : ""));
    }

    /** Called by the compiler: the class whose method of this name has to be called for one of the runtime's. */
    public static String owner(String method) {
        return switch (method) {
            case "addInstructionCount" -> CompiledCode.class.getName();
            case "multiply" -> Links.class.getName();
            default -> ScriptRuntime.class.getName();
        };
    }

    /** The runtime's product of two integers is never the negative nothing that it has to be. */
    public static Number multiply(Number left, Number right) {
        if (left instanceof Integer && right instanceof Integer) {
            long product = (long) (Integer) left * (Integer) right;
            return product == (int) product && (product != 0 || ((Integer) left | (Integer) right) >= 0)
                    ? (Number) (int) product
                    : (Number) ((double) (Integer) left * (Integer) right);
        }
        return ScriptRuntime.multiply(left, right);
    }

    /**
     * Called by the compiler to add 1 to a variable, with what it holds on the stack, where the result is left.
     *
     * @param mask with 1 for -1, and with 2 when the result is what the variable has been
     */
    public static void step(ClassFileWriter writer, int mask, int register) {
        boolean post = (mask & 2) != 0;
        String links = Links.class.getName();
        writer.addInvoke(STATIC, links, "toNumeric", "(Ljava/lang/Object;)Ljava/lang/Number;");
        if (post) {
            writer.add(DUP);
        }
        writer.addPush((mask & 1) == 0 ? 1 : -1);
        writer.addInvoke(STATIC, links, "plus", "(Ljava/lang/Number;I)Ljava/lang/Number;");
        if (!post) {
            writer.add(DUP);
        }
        writer.addAStore(register);
    }

    /** As {@code ++} and {@code --} have it. */
    public static Number plus(Number value, int step) {
        if (value instanceof Integer) {
            long sum = (long) (Integer) value + step;
            return sum == (int) sum ? (Number) (int) sum : (Number) (double) sum;
        }
        return value instanceof BigInteger
                ? ((BigInteger) value).add(BigInteger.valueOf(step))
                : (Number) (value.doubleValue() + step);
    }

    /** Called by the virtual machine when it comes to an operation for the first time. */
    public static CallSite bootstrap(Lookup caller, String operation, MethodType type, String name)
            throws ReflectiveOperationException {
        String what = operation.substring(operation.indexOf('_') + 1);
        MethodHandle target =
                switch (operation.substring(0, operation.indexOf('_'))) {
                    case "PROP" -> property(what, type, name.intern());
                    case "NAME" -> name(what, type, name.intern());
                    default -> MethodHandles.lookup().findStatic(Links.class, NUMBERS.get(what), type);
                };
        return new ConstantCallSite(target);
    }

    private static MethodHandle property(String what, MethodType type, String name)
            throws ReflectiveOperationException {
        Lookup lookup = MethodHandles.lookup();
        if (ELEMENTS.containsKey(what)) {
            return lookup.findStatic(ScriptRuntime.class, ELEMENTS.get(what), type);
        }
        if (name.equals("length") && what.equals("GET")) {
            return lookup.findStatic(Links.class, "length", type);
        }
        return bound(ScriptRuntime.class, PROPERTIES.get(what), type, NAME_SECOND, name);
    }

    private static MethodHandle bound(Class<?> owner, String method, MethodType type, int at, String name)
            throws ReflectiveOperationException {
        MethodType whole = type.insertParameterTypes(at, String.class);
        return MethodHandles.insertArguments(MethodHandles.lookup().findStatic(owner, method, whole), at, name);
    }

    /** The engine's methods have scope and context the other way round. */
    private static MethodHandle name(String what, MethodType type, String name) throws ReflectiveOperationException {
        return switch (what) {
            case "SET" -> bound(ScriptRuntime.class, "setName", type, type.parameterCount(), name);
            case "SETSTRICT" -> bound(ScriptRuntime.class, "strictSetName", type, type.parameterCount(), name);
            case "SETCONST" -> bound(ScriptRuntime.class, "setConst", type, type.parameterCount(), name);
            case "BIND" -> bound(Links.class, "bind", type, type.parameterCount(), name);
            case "GET" -> bound(Links.class, "name", type, type.parameterCount(), name);
            case "GETWITHTHIS" -> bound(Links.class, "nameAndThis", type, type.parameterCount(), name);
            case "GETWITHTHISOPTIONAL" -> bound(Links.class, "nameAndThisOptional", type, type.parameterCount(), name);
            default -> throw new NoSuchMethodException(what);
        };
    }

    static Scriptable bind(Scriptable scope, Context cx, String name) {
        return ScriptRuntime.bind(cx, scope, name);
    }

    static Object name(Scriptable scope, Context cx, String name) {
        return ScriptRuntime.name(cx, scope, name);
    }

    static ScriptRuntime.LookupResult nameAndThis(Scriptable scope, Context cx, String name) {
        return ScriptRuntime.getNameAndThis(name, cx, scope);
    }

    static ScriptRuntime.LookupResult nameAndThisOptional(Scriptable scope, Context cx, String name) {
        return ScriptRuntime.getNameAndThisOptional(name, cx, scope);
    }

    static Object length(Object object, Context cx, Scriptable scope) {
        if (object instanceof NativeArray) {
            long length = ((NativeArray) object).getLength();
            if (length < Integer.MAX_VALUE) {
                return (int) length;
            }
        } else if (object instanceof String || object instanceof ConsString) {
            return ((CharSequence) object).length();
        }
        return ScriptRuntime.getObjectProp(object, "length", cx, scope);
    }

    static Object add(Object left, Object right, Context cx) {
        if (left instanceof Integer && right instanceof Integer) {
            long sum = (long) (Integer) left + (Integer) right;
            return sum == (int) sum ? (Object) (int) sum : (Object) (double) sum;
        }
        if (arePlain(left, right)) {
            return number(left) + number(right);
        }
        return ScriptRuntime.add(left, right, cx);
    }

    /** Whether both are numbers of the two usual classes. */
    private static boolean arePlain(Object left, Object right) {
        return (left instanceof Double || left instanceof Integer)
                && (right instanceof Double || right instanceof Integer);
    }

    private static double number(Object value) {
        return value instanceof Integer ? (Integer) value : (Double) value;
    }

    static double toNumber(Object value) {
        return value instanceof Integer ? (Integer) value : ScriptRuntime.toNumber(value);
    }

    public static Number toNumeric(Object value) {
        return value instanceof Integer ? (Integer) value : ScriptRuntime.toNumeric(value);
    }

    static boolean toBoolean(Object value) {
        return value instanceof Boolean ? (Boolean) value : ScriptRuntime.toBoolean(value);
    }

    static int toInt32(Object value) {
        return value instanceof Integer ? (Integer) value : ScriptRuntime.toInt32(value);
    }

    static long toUint32(Object value) {
        return value instanceof Integer ? Integer.toUnsignedLong((Integer) value) : ScriptRuntime.toUint32(value);
    }

    static boolean equal(Object left, Object right) {
        return arePlain(left, right) ? number(left) == number(right) : ScriptRuntime.eq(left, right);
    }

    static boolean same(Object left, Object right) {
        return arePlain(left, right) ? number(left) == number(right) : ScriptRuntime.shallowEq(left, right);
    }

    static boolean less(Object left, Object right) {
        return arePlain(left, right) ? number(left) < number(right) : ScriptRuntime.compare(left, right, LT);
    }

    static boolean lessOrEqual(Object left, Object right) {
        return arePlain(left, right) ? number(left) <= number(right) : ScriptRuntime.compare(left, right, LE);
    }

    static boolean greater(Object left, Object right) {
        return arePlain(left, right) ? number(left) > number(right) : ScriptRuntime.compare(left, right, GT);
    }

    static boolean greaterOrEqual(Object left, Object right) {
        return arePlain(left, right) ? number(left) >= number(right) : ScriptRuntime.compare(left, right, GE);
    }
}
