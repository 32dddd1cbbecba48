package mimosa.engine.wasm;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Messages as MessagePack. Texts are written as such whether or not they are UTF-8, and read from either kind. */
final class PackWire implements Wire {
    private static final int NIL = 0xc0;
    private static final int FALSE = 0xc2;
    private static final int TRUE = 0xc3;
    private static final int BIN8 = 0xc4;
    private static final int FLOAT32 = 0xca;
    private static final int FLOAT64 = 0xcb;
    private static final int UINT8 = 0xcc;
    private static final int INT8 = 0xd0;
    private static final int INT64 = 0xd3;
    private static final int STR8 = 0xd9;
    private static final int ARRAY16 = 0xdc;
    private static final int MAP16 = 0xde;

    // Writing.

    @Override
    public byte[] encode(Map<String, Object> message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out, message);
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, Object value) {
        if (value instanceof Map<?, ?> map) {
            head(out, map.size(), 0x80, 16, MAP16);
            map.forEach((name, member) -> {
                write(out, name);
                write(out, member);
            });
        } else if (value instanceof List<?> list) {
            head(out, list.size(), 0x90, 16, ARRAY16);
            list.forEach(element -> write(out, element));
        } else if (value instanceof String text) {
            text(out, Utf8.bytes(text));
        } else if (value instanceof byte[] text) {
            text(out, text);
        } else if (value instanceof Boolean truth) {
            out.write(truth ? TRUE : FALSE);
        } else if (value instanceof Double number) {
            out.write(FLOAT64);
            number(out, Double.doubleToRawLongBits(number), 8);
        } else if (value instanceof Number number) {
            whole(out, number.longValue());
        } else {
            out.write(NIL);
        }
    }

    /** @param large the code of the form with 16 bits for the size, followed by that with 32 */
    private static void head(ByteArrayOutputStream out, int size, int small, int smallLimit, int large) {
        if (size < smallLimit) {
            out.write(small | size);
        } else {
            boolean fits = size <= 0xFFFF;
            out.write(fits ? large : large + 1);
            number(out, size, fits ? 2 : 4);
        }
    }

    private static void text(ByteArrayOutputStream out, byte[] text) {
        if (text.length >= 32 && text.length <= 0xFF) {
            out.write(STR8);
            out.write(text.length);
        } else {
            head(out, text.length, 0xa0, 32, STR8 + 1);
        }
        out.writeBytes(text);
    }

    private static void whole(ByteArrayOutputStream out, long number) {
        if (number >= -32 && number <= 127) {
            out.write((int) number);
        } else {
            out.write(INT64);
            number(out, number, 8);
        }
    }

    private static void number(ByteArrayOutputStream out, long number, int bytes) {
        for (int i = bytes - 1; i >= 0; i--) {
            out.write((int) (number >>> 8 * i));
        }
    }

    // Reading.

    @Override
    public Map<String, Object> decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            Object message = read(in, 0);
            if (message instanceof Map<?, ?> && !in.hasRemaining()) {
                @SuppressWarnings("unchecked") // made below, with texts as keys
                Map<String, Object> members = (Map<String, Object>) message;
                return members;
            }
        } catch (BufferUnderflowException e) {
            throw Wire.broken();
        }
        throw Wire.broken();
    }

    private static Object read(ByteBuffer in, int depth) {
        if (depth > MAX_DEPTH) {
            throw Wire.broken();
        }
        int code = in.get() & 0xFF;
        if (code < 0x80 || code >= 0xe0) {
            return (long) (byte) code;
        }
        if (code < 0x90) {
            return map(in, code & 0x0F, depth);
        }
        if (code < 0xa0) {
            return list(in, code & 0x0F, depth);
        }
        if (code < 0xc0) {
            return text(in, code & 0x1F);
        }
        return large(in, code, depth);
    }

    private static Object large(ByteBuffer in, int code, int depth) {
        return switch (code) {
            case NIL -> null;
            case FALSE -> false;
            case TRUE -> true;
            case BIN8, BIN8 + 1, BIN8 + 2 -> text(in, size(in, 1 << code - BIN8));
            case FLOAT32 -> (double) in.getFloat();
            case FLOAT64 -> in.getDouble();
            case UINT8, UINT8 + 1, UINT8 + 2, UINT8 + 3 -> unsigned(in, 1 << code - UINT8);
            case INT8, INT8 + 1, INT8 + 2, INT8 + 3 -> signed(in, 1 << code - INT8);
            case STR8, STR8 + 1, STR8 + 2 -> text(in, size(in, 1 << code - STR8));
            case ARRAY16, ARRAY16 + 1 -> list(in, size(in, 2 << code - ARRAY16), depth);
            case MAP16, MAP16 + 1 -> map(in, size(in, 2 << code - MAP16), depth);
            default -> throw Wire.broken();
        };
    }

    private static long unsigned(ByteBuffer in, int bytes) {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number = number << 8 | in.get() & 0xFF;
        }
        return number;
    }

    private static long signed(ByteBuffer in, int bytes) {
        int unused = 64 - 8 * bytes;
        return unsigned(in, bytes) << unused >> unused;
    }

    /** A size that there may be bytes for. */
    private static int size(ByteBuffer in, int bytes) {
        long size = unsigned(in, bytes);
        if (size > in.remaining()) {
            throw Wire.broken();
        }
        return (int) size;
    }

    private static byte[] text(ByteBuffer in, int size) {
        if (size > in.remaining()) {
            throw Wire.broken();
        }
        byte[] text = new byte[size];
        in.get(text);
        return text;
    }

    private static List<Object> list(ByteBuffer in, int size, int depth) {
        List<Object> elements = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            elements.add(read(in, depth + 1));
        }
        return elements;
    }

    private static Map<String, Object> map(ByteBuffer in, int size, int depth) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            if (!(read(in, depth + 1) instanceof byte[] name)) {
                throw Wire.broken();
            }
            members.put(Utf8.lenient(name), read(in, depth + 1));
        }
        return members;
    }
}
