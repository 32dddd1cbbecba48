package mimosa.rhino;

import java.util.List;
import java.util.stream.StreamSupport;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Changes what the engine's compiler makes, so that compiled code behaves as interpreted code does, and so that all realms
 * of a program can share it.
 *
 * <pre>
 *   products of nothing                     have a sign
 *   ++ and -- of a variable                 know big integers
 *   operations are linked once              not to what the objects of one request have been
 *   the objects of template literals        are asked of the realm, not kept in the code
 *   each function is a method               of one class, called through CompiledCode, which counts and limits calls
 *   no function calls another directly      past what counts
 *   finally                                 is not run for what stops a request, nor for the end of the stack
 *   functions without a name                have none in a stack
 *   methods of an object literal            keep their object when another literal stands before them
 * </pre>
 *
 * Each change is made in as many places as there are in the version of the engine that it was written for, or fails.
 */
final class CompilerEdits {
    private static final String OPTIMIZER = RhinoClasses.ENGINE + "optimizer/";
    private static final String BODIES = OPTIMIZER + "BodyCodegen";
    private static final String CODE = OPTIMIZER + "CompiledCode";
    private static final String LINKS = OPTIMIZER + "Links";
    private static final String WRITER = "org/mozilla/classfile/ClassFileWriter";

    /** All that a script's finally block is run for. */
    private static final String EXCEPTIONS = "java/lang/RuntimeException";

    private final RhinoClasses classes;

    private CompilerEdits(RhinoClasses classes) {
        this.classes = classes;
    }

    /** @throws IllegalStateException when the engine is not the one that the changes were written for */
    static void apply(RhinoClasses classes) {
        CompilerEdits edits = new CompilerEdits(classes);
        edits.linkOnce();
        edits.askRealmForTemplates();
        edits.makeFunctions("OptJSFunctionCode", "function");
        edits.makeFunctions("OptJSScriptCode", "script");
        edits.countInstructions();
        edits.callNothingDirectly();
        edits.keepFinallyForExceptions();
        edits.nameNothingAnonymous();
        edits.keepHomeObject();
        edits.stepBigIntegers();
    }

    private void linkOnce() {
        MethodNode method = method(BODIES, "addDynamicInvoke");
        clear(method);
        method.instructions.add(new VarInsnNode(Opcodes.ALOAD, 0));
        method.instructions.add(new FieldInsnNode(Opcodes.GETFIELD, BODIES, "cfw", "L" + WRITER + ";"));
        method.instructions.add(new VarInsnNode(Opcodes.ALOAD, 1));
        method.instructions.add(new VarInsnNode(Opcodes.ALOAD, 2));
        method.instructions.add(call(LINKS, "emit", "(L" + WRITER + ";Ljava/lang/String;Ljava/lang/String;)V"));
        method.instructions.add(new InsnNode(Opcodes.RETURN));
    }

    private void askRealmForTemplates() {
        MethodNode method = method(BODIES, "visitTemplateLiteral");
        constant(method, RhinoClasses.ENGINE + "ScriptRuntime").cst = Weaver.CALL_SITES;
        constant(method, "getTemplateLiteralCallSite").cst = "of";
    }

    private void makeFunctions(String kind, String maker) {
        String builder = OPTIMIZER + kind + "$Builder";
        String code = "L" + RhinoClasses.ENGINE + "JSCode;";
        MethodNode method = method(builder, "build");
        clear(method);
        method.instructions.add(new VarInsnNode(Opcodes.ALOAD, 0));
        method.instructions.add(call(CODE, maker, "(L" + builder + ";)" + code));
        method.instructions.add(new InsnNode(Opcodes.ARETURN));
    }

    private void countInstructions() {
        MethodNode method = method(BODIES, "addScriptRuntimeInvoke");
        LdcInsnNode owner = constant(method, "org.mozilla.javascript.ScriptRuntime");
        method.instructions.insertBefore(owner, new VarInsnNode(Opcodes.ALOAD, 1));
        method.instructions.set(owner, call(LINKS, "owner", "(Ljava/lang/String;)Ljava/lang/String;"));
    }

    private void callNothingDirectly() {
        MethodNode method = method(OPTIMIZER + "OptTransformer", "<init>");
        AbstractInsnNode store = only(
                method,
                StreamSupport.stream(method.instructions.spliterator(), false)
                        .filter(each -> each instanceof FieldInsnNode field
                                && field.getOpcode() == Opcodes.PUTFIELD
                                && field.name.equals("possibleDirectCalls"))
                        .toList());
        method.instructions.set(store.getPrevious(), new InsnNode(Opcodes.ACONST_NULL));
    }

    private void keepFinallyForExceptions() {
        MethodNode names = method(BODIES, "exceptionTypeToName");
        names.instructions.set(only(names, nulls(names)), new LdcInsnNode(EXCEPTIONS));
        MethodNode blocks = method(BODIES, "visitTryCatchFinally");
        List<AbstractInsnNode> handlers = nulls(blocks).stream()
                .filter(each ->
                        each.getNext() instanceof MethodInsnNode call && call.name.equals("addExceptionHandler"))
                .toList();
        blocks.instructions.set(only(blocks, handlers), new LdcInsnNode(EXCEPTIONS));
    }

    private void nameNothingAnonymous() {
        constant(method(OPTIMIZER + "Codegen", "cleanName"), "anonymous").cst = "";
    }

    /**
     * The compiler keeps in one field where the object is whose methods it compiles, which a literal in the literal
     * overwrites: {@code super} would mean the prototype of that one.
     */
    private void keepHomeObject() {
        String field = "savedHomeObjectLocal";
        MethodNode method = method(BODIES, "visitObjectLiteral");
        MethodNode wrapper = new MethodNode(method.access, method.name, method.desc, null, null);
        method.name += "$";
        Type[] parameters = Type.getArgumentTypes(method.desc);
        wrapper.instructions.add(new VarInsnNode(Opcodes.ALOAD, 0));
        wrapper.instructions.add(new InsnNode(Opcodes.DUP));
        wrapper.instructions.add(new FieldInsnNode(Opcodes.GETFIELD, BODIES, field, "I"));
        wrapper.instructions.add(new VarInsnNode(Opcodes.ALOAD, 0));
        for (int i = 0; i < parameters.length; i++) {
            wrapper.instructions.add(new VarInsnNode(parameters[i].getOpcode(Opcodes.ILOAD), i + 1));
        }
        wrapper.instructions.add(new MethodInsnNode(Opcodes.INVOKESPECIAL, BODIES, method.name, method.desc, false));
        wrapper.instructions.add(new FieldInsnNode(Opcodes.PUTFIELD, BODIES, field, "I"));
        wrapper.instructions.add(new InsnNode(Opcodes.RETURN));
        wrapper.maxLocals = 1 + parameters.length;
        wrapper.maxStack = 3 + parameters.length;
        classes.find(BODIES).methods.add(wrapper);
    }

    /** The compiler makes a double of what a variable holds, whatever it is: the third time it makes one there. */
    private void stepBigIntegers() {
        MethodNode method = method(BODIES, "visitIncDec");
        List<AbstractInsnNode> conversions = StreamSupport.stream(method.instructions.spliterator(), false)
                .filter(each -> each instanceof MethodInsnNode call && call.name.equals("addObjectToDouble"))
                .toList();
        if (conversions.size() != 3) {
            throw new IllegalStateException(
                    "Rhino's visitIncDec has " + conversions.size() + " conversions, expected 3");
        }
        AbstractInsnNode first = conversions.get(2).getPrevious();
        AbstractInsnNode end = first;
        for (int wraps = 0; wraps < 2 || end.getOpcode() != Opcodes.GOTO; end = end.getNext()) {
            if (end instanceof MethodInsnNode call && call.name.equals("addDoubleWrap")) {
                wraps++;
            }
        }
        method.instructions.insertBefore(first, stepping(method));
        remove(method, first, end);
    }

    /** With the mask and the variable's place where the compiler has them: right before the first use of each. */
    private static InsnList stepping(MethodNode method) {
        InsnList list = new InsnList();
        list.add(new VarInsnNode(Opcodes.ALOAD, 0));
        list.add(new FieldInsnNode(Opcodes.GETFIELD, BODIES, "cfw", "L" + WRITER + ";"));
        list.add(new VarInsnNode(Opcodes.ILOAD, storedAfter(method, "getExistingIntProp")));
        list.add(new VarInsnNode(Opcodes.ILOAD, storedAfter(method, "varRegisters")));
        list.add(call(LINKS, "step", "(L" + WRITER + ";II)V"));
        return list;
    }

    /** The variable that is stored to first after a method has been called, or a field loaded. */
    private static int storedAfter(MethodNode method, String name) {
        boolean seen = false;
        for (AbstractInsnNode each : method.instructions) {
            seen |= each instanceof MethodInsnNode call && call.name.equals(name)
                    || each instanceof FieldInsnNode field && field.name.equals(name);
            if (seen && each.getOpcode() == Opcodes.ISTORE) {
                return ((VarInsnNode) each).var;
            }
        }
        throw new IllegalStateException("Rhino's " + method.name + " keeps no " + name);
    }

    private static void remove(MethodNode method, AbstractInsnNode first, AbstractInsnNode end) {
        for (AbstractInsnNode each = first; each != end; ) {
            AbstractInsnNode next = each.getNext();
            if (each instanceof FrameNode frame && frame.type != Opcodes.F_SAME) {
                throw new IllegalStateException("Rhino's " + method.name + " has other variables there than expected");
            }
            method.instructions.remove(each);
            each = next;
        }
    }

    private MethodNode method(String owner, String name) {
        ClassNode node = classes.find(owner);
        List<MethodNode> found = node == null
                ? List.of()
                : node.methods.stream()
                        .filter(each -> each.name.equals(name) && (each.access & Opcodes.ACC_BRIDGE) == 0)
                        .toList();
        if (found.size() != 1) {
            throw new IllegalStateException(
                    owner + " has " + found.size() + " methods " + name + ", expected one: another version of Rhino?");
        }
        return found.get(0);
    }

    private static void clear(MethodNode method) {
        method.instructions.clear();
        method.tryCatchBlocks.clear();
        method.localVariables = null;
    }

    private static MethodInsnNode call(String owner, String name, String descriptor) {
        return new MethodInsnNode(Opcodes.INVOKESTATIC, owner, name, descriptor, false);
    }

    private static LdcInsnNode constant(MethodNode method, String value) {
        return (LdcInsnNode) only(
                method,
                StreamSupport.stream(method.instructions.spliterator(), false)
                        .filter(each -> each instanceof LdcInsnNode load && value.equals(load.cst))
                        .toList());
    }

    private static List<AbstractInsnNode> nulls(MethodNode method) {
        return StreamSupport.stream(method.instructions.spliterator(), false)
                .filter(each -> each.getOpcode() == Opcodes.ACONST_NULL)
                .toList();
    }

    private static AbstractInsnNode only(MethodNode method, List<AbstractInsnNode> found) {
        if (found.size() != 1) {
            throw new IllegalStateException("Rhino's " + method.name + " has " + found.size()
                    + " places to be changed, expected one: another version of it?");
        }
        return found.get(0);
    }
}
