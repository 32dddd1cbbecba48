package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.TableFactory;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.types.ActiveElement;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.Element;
import com.dylibso.chicory.wasm.types.Global;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.OpCode;
import com.dylibso.chicory.wasm.types.PassiveElement;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** An instance as it was after its initialisation: where all others may begin. Immutable. */
final class Snapshot {
    private final MemoryImage memory;
    private final Global[] globals;
    private final Element[] elements;
    private final DataSegment[] data;
    private final int[][] tables;
    private final ResultBuffer result;

    private Snapshot(
            MemoryImage memory,
            Global[] globals,
            Element[] elements,
            DataSegment[] data,
            int[][] tables,
            ResultBuffer result) {
        this.memory = memory;
        this.globals = globals;
        this.elements = elements;
        this.data = data;
        this.tables = tables;
        this.result = result;
    }

    static Snapshot of(
            Instance instance,
            Global[] declared,
            Element[] elements,
            DataSegment[] data,
            int tableCount,
            ResultBuffer result) {
        Global[] globals = new Global[declared.length];
        for (int i = 0; i < globals.length; i++) {
            Instruction constant = new Instruction(
                    0, OpCode.I64_CONST, new long[] {instance.global(i).getValue()});
            globals[i] = new Global(declared[i].valueType(), declared[i].mutabilityType(), List.of(constant));
        }
        for (int i = 0; i < elements.length; i++) {
            // Written into their tables already, which are restored as they are.
            elements[i] = instance.element(i) instanceof ActiveElement ? dropped(elements[i]) : instance.element(i);
        }
        int[][] tables = new int[tableCount][];
        for (int i = 0; i < tableCount; i++) {
            tables[i] = references(instance.table(i));
        }
        return new Snapshot(LinearMemory.of(instance).image(), globals, elements, data, tables, result);
    }

    private static Element dropped(Element element) {
        return new PassiveElement(element.type(), List.of());
    }

    private static int[] references(TableInstance table) {
        int[] references = new int[table.size()];
        for (int i = 0; i < references.length; i++) {
            references[i] = table.ref(i);
        }
        return references;
    }

    MemoryImage memory() {
        return memory;
    }

    Global[] globals() {
        return globals;
    }

    Element[] elements() {
        return elements;
    }

    DataSegment[] data() {
        return data;
    }

    ResultBuffer result(int maxBytes) {
        return new ResultBuffer(maxBytes, result);
    }

    /** Makes the tables of one instance, which asks for them in their order. */
    TableFactory tables(int mostEntries) {
        AtomicInteger next = new AtomicInteger();
        return (declared, value) -> table(declared, tables[next.getAndIncrement()], mostEntries);
    }

    private static TableInstance table(Table declared, int[] references, int mostEntries) {
        long most = Math.max(references.length, Math.min(declared.limits().max(), mostEntries));
        TableInstance table =
                new TableInstance(new Table(declared.elementType(), new TableLimits(references.length, most)), 0);
        for (int i = 0; i < references.length; i++) {
            table.setRef(i, references[i], null);
        }
        return table;
    }
}
