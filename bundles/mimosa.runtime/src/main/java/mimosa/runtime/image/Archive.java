package mimosa.runtime.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import mimosa.api.MimosaException;

/** The entries of one tar archive, all of them checked, by their plain names: {@code a/b}, without {@code ./}. */
final class Archive {
    private static final int MAX_NAME_BYTES = 255;

    private final Slice content;
    private final Map<String, TarEntry> entries;

    private Archive(Slice content, Map<String, TarEntry> entries) {
        this.content = content;
        this.entries = entries;
    }

    /** Reads and checks all headers. */
    static Archive scan(Slice content, Allowance allowance) throws IOException {
        Map<String, TarEntry> entries = new HashMap<>();
        Set<String> taken = new HashSet<>();
        TarHeaders headers = new TarHeaders(content);
        for (TarEntry entry = headers.next(); entry != null; entry = headers.next()) {
            allowance.entry();
            String name = plainName(entry);
            checkKind(entry, name);
            if (isIgnored(name)) {
                continue;
            }
            if (!taken.add(withoutCase(name))) {
                throw refused(entry, " occurs twice");
            }
            entries.put(name, entry);
        }
        return new Archive(content, entries);
    }

    boolean has(String name) {
        return entries.containsKey(name);
    }

    boolean isFile(String name) {
        TarEntry entry = entries.get(name);
        return entry != null && entry.kind() == TarEntry.Kind.FILE;
    }

    /** The content of a file that {@linkplain #isFile is one}. */
    Slice slice(String name) {
        TarEntry entry = entries.get(name);
        return content.part(entry.offset(), entry.size());
    }

    /** The content of a file that {@linkplain #isFile is one}, unless it is too large. */
    byte[] read(String name, int limit) throws IOException {
        Slice slice = slice(name);
        if (slice.size() > limit) {
            throw ImageLimits.exceeded(name, limit, " bytes");
        }
        return slice.read(0, (int) slice.size());
    }

    /** The name without {@code ./} and slashes that mean nothing; empty for the root; {@code null} if it is illegal. */
    static String plainName(String name) {
        if (name.isEmpty() || name.startsWith("/") || name.indexOf('\\') >= 0) {
            return null;
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            return null;
        }
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                return null;
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    private static String plainName(TarEntry entry) {
        if (entry.nameBytes() > MAX_NAME_BYTES) {
            throw refused(entry, ": illegal name: entry name exceeds " + MAX_NAME_BYTES + " bytes");
        }
        String name = plainName(entry.name());
        if (name == null || name.isEmpty() && entry.kind() != TarEntry.Kind.DIRECTORY) {
            throw refused(entry, ": illegal name");
        }
        return name;
    }

    private static void checkKind(TarEntry entry, String name) {
        if (entry.kind() == TarEntry.Kind.SPECIAL) {
            String also = ImageParts.isProgram(name) ? "; " + name + " is not a regular file" : "";
            throw refused(entry, ": links and special files are not allowed" + also);
        }
    }

    /** The root itself, and what macOS leaves in archives: they may occur again and again. */
    private static boolean isIgnored(String name) {
        String last = name.substring(name.lastIndexOf('/') + 1);
        return last.isEmpty() || last.startsWith("._") || last.equals(".DS_Store");
    }

    private static String withoutCase(String name) {
        return name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }

    private static MimosaException refused(TarEntry entry, String why) {
        return MimosaException.invalid("entry '" + Names.shown(entry.name()) + "'" + why);
    }
}
