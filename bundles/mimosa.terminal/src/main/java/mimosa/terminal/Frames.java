package mimosa.terminal;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * What client and node say to each other: one {@link Request}, then frames in both directions.
 *
 * <pre>
 *   frame:   kind (1 byte)  length (4 bytes)  bytes
 *   client:  INPUT* END
 *   node:    (OUTPUT | ERROR)* EXIT        EXIT carries the exit code in one byte
 * </pre>
 */
final class Frames {
    static final int INPUT = 1;
    static final int END = 2;
    static final int OUTPUT = 3;
    static final int ERROR = 4;
    static final int EXIT = 5;

    private static final int LONGEST = 1 << 20;

    private Frames() {}

    /** One frame; {@code bytes} is empty rather than {@code null}. */
    record Frame(int kind, byte[] bytes) {}

    /** The next frame; {@code null} when the other side has closed the connection. */
    static Frame read(DataInputStream in) throws IOException {
        int kind = in.read();
        if (kind < 0) {
            return null;
        }
        int length = in.readInt();
        if (length < 0 || length > LONGEST) {
            throw new IOException("frame of " + length + " bytes, expected at most " + LONGEST);
        }
        return new Frame(kind, in.readNBytes(length));
    }

    /** Writes frames of any thread, one after the other. */
    static final class Writer {
        private final DataOutputStream out;

        Writer(DataOutputStream out) {
            this.out = out;
        }

        synchronized void write(int kind, byte[] bytes, int offset, int length) throws IOException {
            out.writeByte(kind);
            out.writeInt(length);
            out.write(bytes, offset, length);
            out.flush();
        }

        /** A stream whose every write becomes a frame of that kind. */
        OutputStream stream(int kind) {
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    for (int done = 0; done < length; done += LONGEST) {
                        Writer.this.write(kind, bytes, offset + done, Math.min(LONGEST, length - done));
                    }
                }
            };
        }
    }

    /**
     * What the client wants.
     *
     * @param folder the client's working folder: relative names in commands are meant from there
     * @param program to be run; empty for an interactive session
     * @param terminal type of the client's terminal; empty without one
     */
    record Request(String folder, String program, String terminal, int columns, int rows) {
        private static final int VERSION = 1;

        boolean isInteractive() {
            return !terminal.isEmpty();
        }

        void write(DataOutputStream out) throws IOException {
            byte[] text = program.getBytes(StandardCharsets.UTF_8);
            out.writeByte(VERSION);
            out.writeUTF(folder);
            out.writeInt(text.length);
            out.write(text);
            out.writeUTF(terminal);
            out.writeInt(columns);
            out.writeInt(rows);
            out.flush();
        }

        static Request read(DataInputStream in) throws IOException {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IOException("the client speaks version " + version + ", expected " + VERSION);
            }
            String folder = in.readUTF();
            int length = in.readInt();
            if (length < 0 || length > LONGEST) {
                throw new IOException("program of " + length + " bytes, expected at most " + LONGEST);
            }
            byte[] text = in.readNBytes(length);
            if (text.length < length) {
                throw new EOFException("the client left");
            }
            return new Request(
                    folder, new String(text, StandardCharsets.UTF_8), in.readUTF(), in.readInt(), in.readInt());
        }
    }
}
