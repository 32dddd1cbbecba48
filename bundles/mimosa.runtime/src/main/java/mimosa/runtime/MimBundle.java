package mimosa.runtime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/**
 * A mim as a bundle: a manifest and the program, no classes, no imports. The requirements let the resolver say what is
 * missing; the headers let anybody make such a bundle by hand.
 */
final class MimBundle {
    static final String EXTENDER = "mimosa.mim";
    static final String CLIENT = "Mimosa-Client";
    static final String NAME = "Mimosa-Name";
    static final String IMAGE = "Mimosa-Image";
    static final String DIGEST = "Mimosa-Image-Digest";
    static final String ENTRY = "Mimosa-Entry";
    static final String BASE_PATH = "Mimosa-Base-Path";

    private static final Pattern VERSION = Pattern.compile("(\\d{1,9})\\.(\\d{1,9})\\.(\\d{1,9})(?:-(.+))?");

    private MimBundle() {}

    /** The bundle's bytes. Stored, not compressed: they are read once and live in a throw-away cache. */
    static InputStream of(MimRecord record, ProgramFile program) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(program.bytes().length + 4096);
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest(record, program))) {
            jar.setLevel(Deflater.NO_COMPRESSION);
            put(jar, "mim/" + program.name(), program.bytes());
            if (program.sourceMap() != null) {
                put(jar, "mim/" + program.name() + ".map", program.sourceMap());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private static void put(JarOutputStream jar, String name, byte[] content) throws IOException {
        jar.putNextEntry(new ZipEntry(name));
        jar.write(content);
        jar.closeEntry();
    }

    private static Manifest manifest(MimRecord record, ProgramFile program) {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        headers.putValue(Constants.BUNDLE_SYMBOLICNAME, "mim." + record.clientId() + "." + record.name());
        headers.putValue(Constants.BUNDLE_VERSION, version(record.imageVersion()));
        headers.putValue(
                Constants.REQUIRE_CAPABILITY,
                "osgi.extender;filter:=\"(&(osgi.extender=" + EXTENDER + ")(version>=1.0)(!(version>=2.0)))\","
                        + "mimosa.engine;filter:=\"(mimosa.engine=" + record.engine() + ")\"");
        headers.putValue(
                Constants.PROVIDE_CAPABILITY,
                "mimosa.mim;mimosa.mim=\"" + record.name() + "\";clientId=\"" + record.clientId()
                        + "\";version:Version=\"" + version(record.imageVersion()) + "\"");
        headers.putValue(CLIENT, record.clientId());
        headers.putValue(NAME, record.name());
        headers.putValue(IMAGE, record.imageName() + ":" + record.imageVersion());
        headers.putValue(DIGEST, record.digest());
        headers.putValue(ENTRY, "mim/" + program.name());
        return manifest;
    }

    /** The image's version as far as OSGi can say it; anything else becomes a qualifier. */
    static String version(String imageVersion) {
        var parts = VERSION.matcher(imageVersion);
        if (!parts.matches()) {
            return "0.0.0." + qualifier(imageVersion);
        }
        String plain = number(parts.group(1)) + "." + number(parts.group(2)) + "." + number(parts.group(3));
        return parts.group(4) == null ? plain : plain + "." + qualifier(parts.group(4));
    }

    private static long number(String digits) {
        return Long.parseLong(digits);
    }

    private static String qualifier(String text) {
        String cleaned = text.replaceAll("[^A-Za-z0-9_-]", "_");
        return cleaned.isEmpty() ? "_" : cleaned;
    }

    /** The program inside a mim's bundle. */
    static ProgramFile program(Bundle bundle) throws IOException {
        String entry = bundle.getHeaders("").get(ENTRY);
        if (entry == null) {
            throw new IOException("bundle " + bundle.getSymbolicName() + " has no header " + ENTRY);
        }
        byte[] bytes = read(bundle, entry);
        if (bytes == null) {
            throw new IOException("bundle " + bundle.getSymbolicName() + " has no entry " + entry);
        }
        return new ProgramFile(entry.substring(entry.lastIndexOf('/') + 1), bytes, read(bundle, entry + ".map"));
    }

    private static byte[] read(Bundle bundle, String entry) throws IOException {
        var url = bundle.getEntry(entry);
        if (url == null) {
            return null;
        }
        try (InputStream in = url.openStream()) {
            return in.readAllBytes();
        }
    }
}
