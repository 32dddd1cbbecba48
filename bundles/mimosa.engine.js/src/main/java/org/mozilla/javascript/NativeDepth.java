package org.mozilla.javascript;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * How often native functions have called back into the script on the way to where a thread is now. Each time takes
 * Java's stack, whose end no script can catch. It is in this package because the interpreter's frame can be seen only
 * here; the link from one to the next is not meant to be seen at all.
 */
public final class NativeDepth {
    private static final MethodHandle OUTER = outer();

    private NativeDepth() {}

    private static MethodHandle outer() {
        try {
            Class<?> frame = Class.forName("org.mozilla.javascript.Interpreter$CallFrame");
            return MethodHandles.privateLookupIn(frame, MethodHandles.lookup())
                    .findGetter(frame, "previousInterpreterFrame", frame)
                    .asType(MethodType.methodType(Object.class, Object.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this is not the version of Rhino that the engine was made for", e);
        }
    }

    /** Costs a step for each level. */
    public static int of(Context cx) {
        try {
            int depth = 0;
            for (Object frame = cx.lastInterpreterFrame; frame != null; frame = (Object) OUTER.invokeExact(frame)) {
                depth++;
            }
            return depth;
        } catch (Throwable e) {
            throw new IllegalStateException("a getter cannot fail", e);
        }
    }
}
