package mimosa.rhino;

import java.util.List;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.SourceInterpreter;
import org.objectweb.asm.tree.analysis.SourceValue;

/**
 * Follows values back to where they came from: through copies, casts and the views of a collection. The origin of a
 * parameter, {@code this} included, is an instruction that loads it and stands in no method.
 */
final class OriginInterpreter extends SourceInterpreter {
    OriginInterpreter() {
        super(Opcodes.ASM9);
    }

    /** The local variable that holds the parameter; -1 when the origin is none. */
    static int parameter(AbstractInsnNode origin) {
        return origin instanceof VarInsnNode load && load.getNext() == null && load.getPrevious() == null
                ? load.var
                : -1;
    }

    @Override
    public SourceValue newParameterValue(boolean isInstanceMethod, int local, Type type) {
        return new SourceValue(type.getSize(), Set.of(new VarInsnNode(type.getOpcode(Opcodes.ILOAD), local)));
    }

    @Override
    public SourceValue copyOperation(AbstractInsnNode instruction, SourceValue value) {
        return value;
    }

    @Override
    public SourceValue unaryOperation(AbstractInsnNode instruction, SourceValue value) {
        return instruction.getOpcode() == Opcodes.CHECKCAST ? value : super.unaryOperation(instruction, value);
    }

    @Override
    public SourceValue naryOperation(AbstractInsnNode instruction, List<? extends SourceValue> values) {
        return instruction instanceof MethodInsnNode call && (Writes.isView(call) || Writes.passes(call))
                ? values.get(0)
                : super.naryOperation(instruction, values);
    }
}
