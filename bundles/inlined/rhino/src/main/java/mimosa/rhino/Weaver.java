package mimosa.rhino;

import java.io.IOException;
import java.lang.invoke.LambdaMetafactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.AnalyzerException;

/**
 * Rewrites the script engine, so that each of its objects that can belong to a script is saved before it is changed.
 *
 * <pre>
 *   class X                       ->  class X extends Tracked, with undo$restore, undo$own and undo$refer for its
 *                                     fields, and undo$woven, which names X
 *   x.field = value               ->  Tracked.touch(x); x.field = value
 *   x.array[i] = value            ->  Tracked.touch(x); x.array[i] = value      also where it is passed on first
 *   x.context                     ->  Context.getCurrentContext()                      so that no object knows a request
 *   getTemplateLiteralCallSite    ->  CallSites.of                              so that no code knows a realm
 *   System.currentTimeMillis()    ->  Clock.currentTimeMillis()
 *   new NativeString: length      ->  FirstProperty.define                      as there is one for each call of a string's
 *   (Serializable & F) x -> y     ->  x -> y                     which the class cache of a node can keep
 * </pre>
 *
 * What has been woven where is written down, for comparison with the list that is kept with the sources.
 */
public final class Weaver {
    private static final String TRACKED = "org/mozilla/javascript/undo/Tracked";
    private static final String LOG = "org/mozilla/javascript/undo/UndoLog";
    private static final String HEAP = "org/mozilla/javascript/undo/Heap";
    private static final String CLOCK = "org/mozilla/javascript/undo/Clock";
    static final String CALL_SITES = "org/mozilla/javascript/undo/CallSites";
    private static final String CONTEXT = RhinoClasses.ENGINE + "Context";
    private static final Handle METAFACTORY = new Handle(
            Opcodes.H_INVOKESTATIC,
            "java/lang/invoke/LambdaMetafactory",
            "metafactory",
            "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;"
                    + "Ljava/lang/invoke/MethodType;Ljava/lang/invoke/MethodHandle;Ljava/lang/invoke/MethodType;)"
                    + "Ljava/lang/invoke/CallSite;",
            false);
    private static final String RESTORE = "undo$restore";
    private static final String OWN = "undo$own";
    private static final String REFER = "undo$refer";
    private static final String WOVEN = "undo$woven";

    /** Stores, loads, readings of the clock, what is asked of others. */
    private static final int KINDS = 4;

    private final RhinoClasses classes;
    private final ContentWrites writes;
    private final Map<String, int[]> sites = new TreeMap<>();
    private final Set<String> statics = new TreeSet<>();

    /** Fields that may hold an array or a collection that is changed, of types that do not say so. */
    private final Set<String> untyped = new TreeSet<>();

    /** Methods that change what belongs to all realms of a program. */
    private final Set<String> shared = new TreeSet<>();

    private Weaver(RhinoClasses classes) throws AnalyzerException {
        this.classes = classes;
        this.writes = ContentWrites.in(classes);
    }

    /**
     * @param arguments the engine's jar, the folder for its classes, the file for the list of what was woven
     * @throws IOException when a file cannot be read or written
     * @throws AnalyzerException when the engine's code cannot be understood
     */
    public static void main(String[] arguments) throws IOException, AnalyzerException {
        RhinoClasses classes = RhinoClasses.of(Path.of(arguments[0]));
        CompilerEdits.apply(classes);
        Path target = Path.of(arguments[1]);
        Weaver weaver = new Weaver(classes);
        for (ClassNode node : classes.all()) {
            write(target.resolve(node.name + ".class"), weaver.weave(node));
        }
        for (Map.Entry<String, byte[]> resource : classes.resources().entrySet()) {
            if (isKept(resource.getKey())) {
                write(target.resolve(resource.getKey()), resource.getValue());
            }
        }
        Files.write(Path.of(arguments[2]), weaver.report());
    }

    /** The engine's class file writer included; the jar's own manifest and descriptor tell of another jar. */
    private static boolean isKept(String resource) {
        return resource.startsWith("org/mozilla/") || resource.startsWith("META-INF/services/");
    }

    private static void write(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    private byte[] weave(ClassNode node) {
        boolean tracked = classes.isTracked(node.name);
        boolean root = classes.isRoot(node);
        for (MethodNode method : node.methods) {
            instrument(node, method);
            if (root && method.name.equals("<init>")) {
                extendTracked(node, method);
            }
        }
        node.methods.removeIf(method -> method.name.equals("$deserializeLambda$"));
        if (root) {
            node.superName = TRACKED;
            node.signature = signature(node.signature);
        }
        if (tracked) {
            addRestore(node);
            addOwn(node);
            addRefer(node);
            addWoven(node);
        }
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        node.accept(writer);
        return writer.toByteArray();
    }

    /** With another class to extend than Java's own; {@code null}, which is allowed, where it has parameters of its own. */
    private static String signature(String before) {
        String object = "Ljava/lang/Object;";
        return before != null && before.startsWith(object)
                ? "L" + TRACKED + ";" + before.substring(object.length())
                : null;
    }

    private static void extendTracked(ClassNode node, MethodNode constructor) {
        for (AbstractInsnNode instruction : constructor.instructions) {
            if (instruction instanceof MethodInsnNode call
                    && call.getOpcode() == Opcodes.INVOKESPECIAL
                    && call.name.equals("<init>")
                    && call.owner.equals(node.superName)
                    && isOnThis(constructor, call)) {
                call.owner = TRACKED;
            }
        }
    }

    /** A class whose parent is Object may make objects of that class, too. */
    private static boolean isOnThis(MethodNode constructor, MethodInsnNode call) {
        AbstractInsnNode before = call.getPrevious();
        return before instanceof VarInsnNode load && load.var == 0 && load.getOpcode() == Opcodes.ALOAD;
    }

    // The barriers.

    private void instrument(ClassNode node, MethodNode method) {
        AbstractInsnNode[] instructions = method.instructions.toArray();
        for (int i = 0; i < instructions.length; i++) {
            AbstractInsnNode instruction = instructions[i];
            if (instruction instanceof InvokeDynamicInsnNode lambda) {
                makePlain(lambda);
            }
            if (!writes.isReached(method, i)) {
                continue;
            }
            if (instruction instanceof FieldInsnNode field) {
                field(node, method, i, field);
            } else if (instruction instanceof MethodInsnNode call) {
                redirect(node, method, call);
            }
        }
    }

    /**
     * Nobody writes an engine's functions to a stream. The virtual machine keeps the classes of plain lambdas in its cache;
     * of those that can be written it would make a thousand anew for the first realm after each start.
     */
    private static void makePlain(InvokeDynamicInsnNode lambda) {
        if (!lambda.bsm.getName().equals("altMetafactory")) {
            return;
        }
        // The compiler names bridges also where there are none.
        int flags = (int) lambda.bsmArgs[3];
        boolean onlySerializable = flags == LambdaMetafactory.FLAG_SERIALIZABLE
                || flags == (LambdaMetafactory.FLAG_SERIALIZABLE | LambdaMetafactory.FLAG_BRIDGES)
                        && (int) lambda.bsmArgs[4] == 0;
        if (onlySerializable) {
            lambda.bsm = METAFACTORY;
            lambda.bsmArgs = Arrays.copyOf(lambda.bsmArgs, 3);
        }
    }

    private void redirect(ClassNode node, MethodNode method, MethodInsnNode call) {
        if (readsClock(call)) {
            call.owner = CLOCK;
            count(node, 2);
        } else if (call.owner.equals(RhinoClasses.ENGINE + "ScriptRuntime")
                && call.name.equals("getTemplateLiteralCallSite")) {
            call.owner = CALL_SITES;
            call.name = "of";
            count(node, 3);
        } else if (method.name.equals("<init>") && definesLength(call)) {
            call.desc = "(L" + RhinoClasses.ENGINE + "ScriptableObject;" + call.desc.substring(1);
            call.owner = RhinoClasses.ENGINE + "FirstProperty";
            call.name = "define";
            call.setOpcode(Opcodes.INVOKESTATIC);
            count(node, 3);
        }
    }

    private static boolean definesLength(MethodInsnNode call) {
        return call.owner.equals(RhinoClasses.ENGINE + "NativeString")
                && call.name.equals("defineProperty")
                && call.desc.startsWith("(Ljava/lang/String;Ljava/util/function/Supplier;");
    }

    private static boolean readsClock(MethodInsnNode call) {
        return call.owner.equals("java/lang/System")
                && (call.name.equals("currentTimeMillis") || call.name.equals("nanoTime"));
    }

    private void field(ClassNode node, MethodNode method, int at, FieldInsnNode field) {
        if (field.getOpcode() == Opcodes.PUTSTATIC && !method.name.equals("<clinit>")) {
            statics.add(field.owner + "." + field.name);
        }
        ClassNode owner = classes.declaring(field.owner, field.name);
        if (owner != null && RhinoClasses.isShared(owner.name)) {
            shared(node, method, at, field);
        }
        if (owner == null || !classes.isTracked(owner.name)) {
            return;
        }
        if (field.desc.equals("L" + CONTEXT + ";")) {
            current(node, method, field);
        } else if (field.getOpcode() == Opcodes.PUTFIELD && !isNew(node, method, at, 1)) {
            method.instructions.insertBefore(field, beforeStore(Type.getType(field.desc)));
            count(node, 0);
        } else if (field.getOpcode() == Opcodes.GETFIELD && writes.isChanged(field) && !isNew(node, method, at, 0)) {
            load(node, method, field);
        }
    }

    private void shared(ClassNode node, MethodNode method, int at, FieldInsnNode field) {
        boolean stores = field.getOpcode() == Opcodes.PUTFIELD && !isNew(node, method, at, 1);
        boolean changes = field.getOpcode() == Opcodes.GETFIELD && writes.isChanged(field);
        if ((stores || changes) && !RhinoClasses.isCompiler(node.name)) {
            shared.add(node.name + "." + method.name + " " + field.name);
        }
    }

    /** An object that keeps the context it was made in would not get that of the next request: it has the current one. */
    private void current(ClassNode node, MethodNode method, FieldInsnNode field) {
        boolean isLoad = field.getOpcode() == Opcodes.GETFIELD;
        method.instructions.insertBefore(field, new InsnNode(isLoad ? Opcodes.POP : Opcodes.POP2));
        if (isLoad) {
            method.instructions.insertBefore(
                    field,
                    new MethodInsnNode(Opcodes.INVOKESTATIC, CONTEXT, "getCurrentContext", "()" + field.desc, false));
        }
        method.instructions.remove(field);
        count(node, 3);
    }

    private void load(ClassNode node, MethodNode method, FieldInsnNode field) {
        if (RhinoClasses.isContent(field.desc)) {
            method.instructions.insertBefore(field, beforeLoad());
            count(node, 1);
        } else {
            untyped.add(field.owner + "." + field.name);
        }
    }

    /** Whether the object is the one that a constructor is about to make, of which nobody knows as yet. */
    private boolean isNew(ClassNode node, MethodNode method, int at, int fromTop) {
        if (!method.name.equals("<init>")) {
            return false;
        }
        Set<AbstractInsnNode> origins = writes.origins(method, at, fromTop);
        return origins.size() == 1
                && OriginInterpreter.parameter(origins.iterator().next()) == 0;
    }

    private void count(ClassNode node, int kind) {
        sites.computeIfAbsent(node.name, name -> new int[KINDS])[kind]++;
    }

    /** With owner and value on the stack. */
    private static InsnList beforeStore(Type value) {
        InsnList list = new InsnList();
        if (value.getSize() == 1) {
            list.add(new InsnNode(Opcodes.DUP2));
            list.add(new InsnNode(Opcodes.POP));
            list.add(touch());
        } else {
            list.add(new InsnNode(Opcodes.DUP2_X1));
            list.add(new InsnNode(Opcodes.POP2));
            list.add(new InsnNode(Opcodes.DUP));
            list.add(touch());
            list.add(new InsnNode(Opcodes.DUP_X2));
            list.add(new InsnNode(Opcodes.POP));
        }
        return list;
    }

    /** With the owner on the stack. */
    private static InsnList beforeLoad() {
        InsnList list = new InsnList();
        list.add(new InsnNode(Opcodes.DUP));
        list.add(touch());
        return list;
    }

    private static MethodInsnNode touch() {
        return new MethodInsnNode(Opcodes.INVOKESTATIC, TRACKED, "touch", "(L" + TRACKED + ";)V", false);
    }

    // What is added to each class.

    private void addRestore(ClassNode node) {
        List<FieldNode> fields = RhinoClasses.fieldsOf(node).stream()
                .filter(field -> !RhinoClasses.isFinal(field))
                .toList();
        if (fields.isEmpty()) {
            return;
        }
        MethodNode method = added(node, RESTORE, TRACKED);
        InsnList code = method.instructions;
        for (FieldNode field : fields) {
            code.add(new VarInsnNode(Opcodes.ALOAD, 0));
            code.add(new VarInsnNode(Opcodes.ALOAD, 1));
            code.add(new TypeInsnNode(Opcodes.CHECKCAST, node.name));
            code.add(new FieldInsnNode(Opcodes.GETFIELD, node.name, field.name, field.desc));
            code.add(new FieldInsnNode(Opcodes.PUTFIELD, node.name, field.name, field.desc));
        }
        code.add(new InsnNode(Opcodes.RETURN));
    }

    private void addOwn(ClassNode node) {
        addTelling(node, OWN, LOG, "own", field -> RhinoClasses.isContent(field.desc));
    }

    private void addRefer(ClassNode node) {
        addTelling(node, REFER, HEAP, "reach", field -> Type.getType(field.desc).getSort() >= Type.ARRAY);
    }

    /** A method that tells somebody the values of some fields; none where there are no such fields. */
    private static void addTelling(
            ClassNode node, String name, String listener, String hears, Predicate<FieldNode> which) {
        List<FieldNode> fields =
                RhinoClasses.fieldsOf(node).stream().filter(which).toList();
        if (fields.isEmpty()) {
            return;
        }
        MethodNode method = added(node, name, listener);
        InsnList code = method.instructions;
        for (FieldNode field : fields) {
            code.add(new VarInsnNode(Opcodes.ALOAD, 1));
            code.add(new VarInsnNode(Opcodes.ALOAD, 0));
            code.add(new FieldInsnNode(Opcodes.GETFIELD, node.name, field.name, field.desc));
            code.add(new MethodInsnNode(Opcodes.INVOKEVIRTUAL, listener, hears, "(Ljava/lang/Object;)V", false));
        }
        code.add(new InsnNode(Opcodes.RETURN));
    }

    private static void addWoven(ClassNode node) {
        String descriptor = "()Ljava/lang/Class;";
        MethodNode method =
                new MethodNode(Opcodes.ACC_PROTECTED | Opcodes.ACC_SYNTHETIC, WOVEN, descriptor, null, null);
        method.instructions.add(new LdcInsnNode(Type.getObjectType(node.name)));
        method.instructions.add(new InsnNode(Opcodes.ARETURN));
        node.methods.add(method);
    }

    /** Begins with a call of the method that it overrides. */
    private static MethodNode added(ClassNode node, String name, String parameter) {
        String descriptor = "(L" + parameter + ";)V";
        MethodNode method = new MethodNode(Opcodes.ACC_PROTECTED | Opcodes.ACC_SYNTHETIC, name, descriptor, null, null);
        method.instructions.add(new VarInsnNode(Opcodes.ALOAD, 0));
        method.instructions.add(new VarInsnNode(Opcodes.ALOAD, 1));
        method.instructions.add(new MethodInsnNode(Opcodes.INVOKESPECIAL, node.superName, name, descriptor, false));
        node.methods.add(method);
        return method;
    }

    // What is told of it.

    private List<String> report() {
        List<String> lines = new ArrayList<>();
        int[] sum = new int[KINDS];
        sites.forEach((name, counts) -> {
            lines.add(simple(name) + numbers(counts));
            for (int i = 0; i < sum.length; i++) {
                sum[i] += counts[i];
            }
        });
        lines.add(
                0,
                "# class, stores to fields, loads of what is changed, readings of the clock, what is asked elsewhere");
        lines.add("total" + numbers(sum));
        writes.unknown().forEach(method -> lines.add("unknown " + simple(method)));
        writes.captured().forEach(method -> lines.add("captured " + simple(method)));
        opaque().forEach(field -> lines.add("opaque " + simple(field)));
        classes.unwatched().forEach(name -> lines.add("unwatched " + simple(name)));
        shared.forEach(method -> lines.add("shared " + simple(method)));
        untyped.forEach(field -> lines.add("untyped " + simple(field)));
        statics.forEach(field -> lines.add("static " + simple(field)));
        return lines;
    }

    private static String numbers(int[] counts) {
        StringBuilder text = new StringBuilder();
        for (int count : counts) {
            text.append(' ').append(count);
        }
        return text.toString();
    }

    /** Fields that hold objects of Java's which are not understood, and so are neither entered nor copied. */
    private Set<String> opaque() {
        Set<String> names = new TreeSet<>();
        for (ClassNode node : classes.all()) {
            for (FieldNode field : RhinoClasses.fieldsOf(node)) {
                if (classes.isTracked(node.name) && RhinoClasses.isOpaque(field.desc)) {
                    names.add(node.name + "." + field.name);
                }
            }
        }
        return names;
    }

    private static String simple(String name) {
        return name.substring(RhinoClasses.ENGINE.length());
    }
}
