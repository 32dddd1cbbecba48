package mimosa.rhino;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.Frame;
import org.objectweb.asm.tree.analysis.SourceValue;

/**
 * Finds the instructions that load an array or a collection from a field, of which something is changed later on: in the
 * same method, in one it is passed to, or in one it is returned to. Such a load is where the object that has the field has
 * to be saved, as the store itself does not know it.
 */
final class ContentWrites {
    private final RhinoClasses classes;
    private final Map<MethodNode, Body> bodies = new HashMap<>();

    /** By name and descriptor of a method: which one a virtual call reaches is not asked, it may be any. */
    private final Map<String, Set<Integer>> changedParameters = new HashMap<>();

    private final Set<String> changedResults = new HashSet<>();
    private final Set<AbstractInsnNode> loads = new LinkedHashSet<>();

    /** Fields of which a change is known: what is stored in one is changed through it, too. */
    private final Set<String> changedFields = new HashSet<>();

    private final Set<String> unknown = new TreeSet<>();
    private final Set<String> captured = new TreeSet<>();
    private boolean news;

    /** A method with where its values come from. */
    private record Body(ClassNode owner, MethodNode method, Frame<SourceValue>[] frames) {
        String key() {
            return method.name + method.desc;
        }

        String name() {
            return owner.name + "." + method.name;
        }

        Set<AbstractInsnNode> origins(int at, int fromTop) {
            Frame<SourceValue> frame = frames[at];
            return frame.getStack(frame.getStackSize() - 1 - fromTop).insns;
        }
    }

    private ContentWrites(RhinoClasses classes) {
        this.classes = classes;
    }

    static ContentWrites in(RhinoClasses classes) throws AnalyzerException {
        ContentWrites result = new ContentWrites(classes);
        for (ClassNode node : classes.all()) {
            for (MethodNode method : node.methods) {
                result.add(node, method);
            }
        }
        result.spread();
        return result;
    }

    private void add(ClassNode node, MethodNode method) throws AnalyzerException {
        Body body = new Body(node, method, new Analyzer<>(new OriginInterpreter()).analyze(node.name, method));
        bodies.put(method, body);
    }

    /** Whether the instruction, a load of a field, leads to a change of what it loads. */
    boolean isChanged(AbstractInsnNode load) {
        return loads.contains(load);
    }

    /** Changes of an array or collection that come from no field, parameter or call, by name of their method. */
    Set<String> unknown() {
        return unknown;
    }

    /** Methods with a new array or collection that a lambda of theirs changes: whoever keeps the lambda keeps it, too. */
    Set<String> captured() {
        return captured;
    }

    /** Where the value comes from that is so far below the top of the stack before an instruction is executed. */
    Set<AbstractInsnNode> origins(MethodNode method, int at, int fromTop) {
        return bodies.get(method).origins(at, fromTop);
    }

    /** Whether the instruction can be reached at all. */
    boolean isReached(MethodNode method, int at) {
        return bodies.get(method).frames()[at] != null;
    }

    private void spread() {
        do {
            news = false;
            bodies.values().forEach(this::look);
        } while (news);
    }

    private void look(Body body) {
        for (int i = 0; i < body.frames().length; i++) {
            if (body.frames()[i] != null) {
                look(body, i, body.method().instructions.get(i));
            }
        }
    }

    private void look(Body body, int at, AbstractInsnNode instruction) {
        int opcode = instruction.getOpcode();
        if (Writes.isStore(opcode)) {
            changed(body, body.origins(at, 2));
        } else if (opcode == Opcodes.PUTFIELD && changedFields.contains(name((FieldInsnNode) instruction))) {
            changed(body, body.origins(at, 0));
        } else if (opcode == Opcodes.ARETURN && changedResults.contains(body.key())) {
            changed(body, body.origins(at, 0));
        } else if (instruction instanceof MethodInsnNode call) {
            called(body, at, call);
        } else if (instruction instanceof InvokeDynamicInsnNode made) {
            captured(body, at, made);
        }
    }

    private String name(FieldInsnNode field) {
        ClassNode owner = classes.declaring(field.owner, field.name);
        return (owner == null ? field.owner : owner.name) + "." + field.name;
    }

    private void called(Body body, int at, MethodInsnNode call) {
        int arguments = Type.getArgumentTypes(call.desc).length;
        boolean isStatic = call.getOpcode() == Opcodes.INVOKESTATIC;
        if (Writes.isJava(call.owner)) {
            for (int i = 0; i < arguments; i++) {
                if (Writes.changesArgument(call, i)) {
                    changed(body, body.origins(at, arguments - 1 - i));
                }
            }
            if (!isStatic && Writes.changesReceiver(call)) {
                changed(body, body.origins(at, arguments));
            }
            return;
        }
        for (int parameter : changedParameters.getOrDefault(call.name + call.desc, Set.of())) {
            changed(body, body.origins(at, arguments - 1 - parameter));
        }
    }

    /** What a lambda captures are the first parameters of the method that it becomes. */
    private void captured(Body body, int at, InvokeDynamicInsnNode made) {
        int count = Type.getArgumentTypes(made.desc).length;
        for (Object argument : made.bsmArgs) {
            if (argument instanceof Handle target) {
                int receivers = target.getTag() == Opcodes.H_INVOKESTATIC ? 0 : 1;
                for (int parameter : changedParameters.getOrDefault(target.getName() + target.getDesc(), Set.of())) {
                    int at0 = parameter + receivers;
                    if (at0 < count) {
                        Set<AbstractInsnNode> origins = body.origins(at, count - 1 - at0);
                        changed(body, origins);
                        if (origins.stream().anyMatch(ContentWrites::isMade)) {
                            captured.add(body.name());
                        }
                    }
                }
            }
        }
    }

    private void changed(Body body, Set<AbstractInsnNode> origins) {
        for (AbstractInsnNode origin : origins) {
            int local = OriginInterpreter.parameter(origin);
            if (local >= 0) {
                changedParameter(body, local);
            } else if (origin instanceof FieldInsnNode load && load.getOpcode() == Opcodes.GETFIELD) {
                news |= loads.add(load);
                news |= RhinoClasses.isContent(load.desc) && changedFields.add(name(load));
            } else if (origin instanceof MethodInsnNode call && !Writes.isJava(call.owner)) {
                if (isContent(Type.getReturnType(call.desc))) {
                    news |= changedResults.add(call.name + call.desc);
                } else {
                    unknown.add(body.name());
                }
            } else if (isElsewhere(origin)) {
                unknown.add(body.name());
            }
        }
    }

    /** Part of another array or collection, or of a class; the empty arrays that stand for no arguments cannot change. */
    private static boolean isElsewhere(AbstractInsnNode origin) {
        return origin.getOpcode() == Opcodes.AALOAD
                || origin instanceof MethodInsnNode call && Writes.isContained(call)
                || origin instanceof FieldInsnNode load
                        && !load.name.toLowerCase(Locale.ROOT).startsWith("empty");
    }

    private static boolean isContent(Type type) {
        return RhinoClasses.isContent(type.getDescriptor());
    }

    private static boolean isMade(AbstractInsnNode origin) {
        return switch (origin.getOpcode()) {
            case Opcodes.NEW, Opcodes.NEWARRAY, Opcodes.ANEWARRAY, Opcodes.MULTIANEWARRAY -> true;
            default -> false;
        };
    }

    private void changedParameter(Body body, int local) {
        boolean isStatic = (body.method().access & Opcodes.ACC_STATIC) != 0;
        int slot = isStatic ? 0 : 1;
        Type[] types = Type.getArgumentTypes(body.method().desc);
        for (int i = 0; i < types.length; i++) {
            if (slot == local && !isContent(types[i])) {
                unknown.add(body.name());
            } else if (slot == local) {
                news |= changedParameters
                        .computeIfAbsent(body.key(), key -> new TreeSet<>())
                        .add(i);
            }
            slot += types[i].getSize();
        }
    }
}
