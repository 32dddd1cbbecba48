package mimosa.engine.wasm;

import java.util.Set;

/**
 * A first look at a module, before the parser that builds objects of it: how much of everything there is, and whether it
 * uses what is not supported where that shows in the sections. A module that is cut off or otherwise malformed is looked
 * at as far as it goes; the parser tells what is wrong with it.
 */
final class ModuleScan {
    private static final int TYPE = 1;
    private static final int IMPORT = 2;
    private static final int FUNCTION = 3;
    private static final int TABLE = 4;
    private static final int MEMORY = 5;
    private static final int GLOBAL = 6;
    private static final int EXPORT = 7;
    private static final int ELEMENT = 9;
    private static final int CODE = 10;
    private static final int DATA = 11;
    private static final int TAG = 13;

    private static final int V128 = 0x7b;
    private static final int FUNCTION_TYPE = 0x60;
    private static final Set<Integer> GC_TYPES = Set.of(0x5f, 0x5e, 0x50, 0x4f, 0x4e);
    private static final Set<Integer> TYPED_REFERENCES = Set.of(0x63, 0x64);

    private final byte[] bytes;
    private final Settings settings;
    private int at = 8;
    private long codeBytes;

    private ModuleScan(byte[] bytes, Settings settings) {
        this.bytes = bytes;
        this.settings = settings;
    }

    /**
     * @return size of the code section
     * @throws mimosa.api.MimosaException of kind {@code INVALID} for what is not supported or too much
     */
    static long check(byte[] bytes, Settings settings) {
        ModuleScan scan = new ModuleScan(bytes, settings);
        try {
            scan.sections();
        } catch (ArrayIndexOutOfBoundsException e) {
            // Cut off: the parser says so.
            return scan.codeBytes;
        }
        return scan.codeBytes;
    }

    private void sections() {
        while (at < bytes.length) {
            int id = bytes[at++];
            long end = number() + at;
            if (end > bytes.length) {
                return;
            }
            section(id, (int) end);
            at = (int) end;
        }
    }

    private void section(int id, int end) {
        switch (id) {
            case TYPE -> types();
            case IMPORT -> imports();
            case FUNCTION -> limit("number of functions", number(), settings.functions(), "functions");
            case TABLE -> tables();
            case MEMORY -> memories();
            case GLOBAL -> limit("number of globals", number(), settings.globals(), "globals");
            case EXPORT -> limit("number of exports", number(), settings.exports(), "exports");
            case ELEMENT -> limit("number of element segments", number(), settings.segments(), "segments");
            case CODE -> code(end);
            case DATA -> limit("number of data segments", number(), settings.segments(), "segments");
            case TAG -> throw Refusal.feature("exception handling", "the tag section");
            default -> {}
        }
    }

    private static void limit(String what, long found, long most, String property) {
        if (found > most) {
            throw Refusal.limit(what, found, most, property);
        }
    }

    private void types() {
        long count = number();
        limit("number of types", count, settings.types(), "types");
        for (long i = 0; i < count; i++) {
            int form = bytes[at++] & 0xFF;
            if (GC_TYPES.contains(form)) {
                throw Refusal.feature("gc", "the type section");
            }
            if (form != FUNCTION_TYPE) {
                return;
            }
            values();
            values();
        }
    }

    private void values() {
        long count = number();
        for (long i = 0; i < count; i++) {
            value("the type section");
        }
    }

    private void value(String where) {
        int type = bytes[at++] & 0xFF;
        if (type == V128) {
            throw Refusal.feature("simd", where);
        }
        if (TYPED_REFERENCES.contains(type)) {
            throw Refusal.feature("gc", where);
        }
    }

    private void imports() {
        long count = number();
        limit("number of imports", count, settings.imports(), "imports");
        for (long i = 0; i < count; i++) {
            skipName();
            skipName();
            switch (bytes[at++]) {
                case 0 -> number();
                case 1 -> {
                    value("the import section");
                    limits("the import section");
                }
                case 2 -> limits("the import section");
                case 3 -> {
                    value("the import section");
                    at++;
                }
                case 4 -> throw Refusal.feature("exception handling", "the import section");
                default -> {
                    return;
                }
            }
        }
    }

    private void skipName() {
        long length = number();
        if (length > bytes.length - at) {
            throw new ArrayIndexOutOfBoundsException();
        }
        at += (int) length;
    }

    /** @return the minimum */
    private long limits(String where) {
        int flags = bytes[at++];
        if ((flags & 2) != 0) {
            throw Refusal.feature("threads", where);
        }
        if ((flags & 4) != 0) {
            throw Refusal.feature("memory64", where);
        }
        long least = number();
        if ((flags & 1) != 0) {
            number();
        }
        return least;
    }

    private void tables() {
        long count = number();
        limit("number of tables", count, settings.tables(), "tables");
        for (long i = 0; i < count; i++) {
            if ((bytes[at] & 0xFF) == 0x40) {
                throw Refusal.feature("gc", "the table section");
            }
            value("the table section");
            limit("table minimum", limits("the table section"), settings.tableEntries(), "tableEntries");
        }
    }

    private void memories() {
        long count = number();
        if (count > 1) {
            throw Refusal.feature("multi-memory", "the memory section");
        }
        if (count == 1) {
            limit("memory minimum", limits("the memory section"), settings.memoryPages(), "memoryPages");
        }
    }

    private void code(int end) {
        codeBytes = end - at;
        limit("size of the code section", codeBytes, settings.codeBytes(), "codeBytes");
        long count = number();
        for (long i = 0; i < count && at < end; i++) {
            long size = number();
            limit("size of a function", size, settings.functionBytes(), "functionBytes");
            int next = at + (int) size;
            long locals = 0;
            for (long groups = number(); groups > 0 && at < next; groups--) {
                locals += number();
                limit("number of locals of a function", locals, settings.locals(), "locals");
                at++;
            }
            at = next;
        }
    }

    private long number() {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte next = bytes[at++];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                break;
            }
        }
        return value & 0xFFFF_FFFFL;
    }
}
