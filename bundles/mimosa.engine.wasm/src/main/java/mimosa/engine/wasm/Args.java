package mimosa.engine.wasm;

/**
 * The parameters of one call of the host. Pointers with their lengths count as one parameter each; that all of them lie
 * in the memory has been checked.
 */
final class Args {
    private final LinearMemory memory;
    private final int[] positions;
    private final long[] values;

    /** @param positions where in the values each parameter begins */
    Args(LinearMemory memory, int[] positions, long[] values) {
        this.memory = memory;
        this.positions = positions;
        this.values = values;
    }

    LinearMemory memory() {
        return memory;
    }

    int number(int index) {
        return (int) values[positions[index]];
    }

    long whole(int index) {
        return values[positions[index]];
    }

    int length(int index) {
        return (int) values[positions[index] + 1];
    }

    byte[] bytes(int index) {
        int length = length(index);
        return length == 0 ? new byte[0] : memory.readBytes(number(index), length);
    }

    /** @param what for the message */
    String text(int index, String what) throws Code {
        String text = Utf8.strict(bytes(index));
        if (text == null) {
            throw Code.invalid("the " + what + " is not valid UTF-8");
        }
        return text;
    }
}
