package mimosa.engine.wasm;

/** The data of a module that is written as text, one piece after the other. */
final class DataSegments {
    private final StringBuilder data = new StringBuilder();
    private int next;

    /** @param first address of the first piece */
    DataSegments(int first) {
        next = first;
    }

    /** Where the bytes lie, as the two constants of a pointer. */
    String add(byte... bytes) {
        StringBuilder escaped = new StringBuilder();
        for (byte each : bytes) {
            escaped.append(String.format("\\%02x", each & 0xFF));
        }
        data.append("(data (i32.const ")
                .append(next)
                .append(") \"")
                .append(escaped)
                .append("\")\n");
        String place = "(i32.const " + next + ") (i32.const " + bytes.length + ")";
        next += bytes.length;
        return place;
    }

    /** The fields of the module. */
    @Override
    public String toString() {
        return data.toString();
    }
}
