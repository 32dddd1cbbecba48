package mimosa.engine.wasm;

import java.nio.ByteBuffer;
import mimosa.api.storage.NewFile;

/** The mim's file area. */
final class FileFunctions {
    private FileFunctions() {}

    static void addTo(HostFunctions env) {
        env.add("file_save", "pp:i", FileFunctions::save);
        env.add("file_remove", "p:i", FileFunctions::remove);
    }

    private static String path(Args a) throws Code {
        String path = a.text(0, "path");
        if (path.isEmpty()) {
            throw Code.invalid("the path is empty");
        }
        return path;
    }

    private static long save(Execution e, Args a) throws Code {
        try (NewFile file = e.conversation().storage().newFile(path(a))) {
            file.write(ByteBuffer.wrap(a.bytes(1)));
            file.commit();
        }
        return 0;
    }

    private static long remove(Execution e, Args a) throws Code {
        String path = path(a);
        if (!e.conversation().storage().removeFile(path)) {
            throw Code.absent("there is no file " + path);
        }
        return 0;
    }
}
