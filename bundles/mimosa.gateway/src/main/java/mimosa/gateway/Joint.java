package mimosa.gateway;

import java.nio.ByteBuffer;

/** Some short buffers as one, in memory that the calling thread uses again and again. */
final class Joint {
    /** Longer answers are not worth being copied. */
    static final int BYTES = 4096;

    private static final ThreadLocal<ByteBuffer> MEMORY =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BYTES));

    private Joint() {}

    static boolean fits(ByteBuffer... buffers) {
        int room = BYTES;
        for (ByteBuffer buffer : buffers) {
            room -= buffer.remaining();
            if (room < 0) {
                return false;
            }
        }
        return true;
    }

    /** @return what the buffers hold, to be read before the same thread asks for the next; they are left as they are */
    static ByteBuffer of(ByteBuffer... buffers) {
        ByteBuffer joint = MEMORY.get().clear();
        for (ByteBuffer buffer : buffers) {
            joint.put(joint.position(), buffer, buffer.position(), buffer.remaining());
            joint.position(joint.position() + buffer.remaining());
        }
        return joint.flip();
    }

    /** Takes so many bytes out of the buffers, from the first on. */
    static void taken(int bytes, ByteBuffer... buffers) {
        int left = bytes;
        for (ByteBuffer buffer : buffers) {
            int count = Math.min(left, buffer.remaining());
            buffer.position(buffer.position() + count);
            left -= count;
        }
    }
}
