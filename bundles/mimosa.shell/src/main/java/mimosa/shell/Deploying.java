package mimosa.shell;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import mimosa.api.mim.Deployment;
import mimosa.api.mim.Mim;
import mimosa.api.mim.Mims;
import mimosa.api.mim.Mims.Upload;
import mimosa.api.mim.Source;

/** One {@code mim:deploy}: of an image file, or of an image that is kept already. */
final class Deploying {
    private static final Pattern IMAGE_FILE = Pattern.compile(".*\\.(tar|tar\\.gz|tgz)");
    private static final int MAX_JSON_BYTES = 1 << 20;

    private final Mims mims;
    private final AutoCloseable session;
    private final Arguments given;

    Deploying(Mims mims, AutoCloseable session, Arguments given) {
        this.mims = mims;
        this.session = session;
        this.given = given;
    }

    Mim run() throws CommandFailure {
        String what = given.operand();
        Path file = LocalFile.resolve(session, what);
        boolean isFile = IMAGE_FILE.matcher(what).matches() || Files.isRegularFile(file);
        Deployment deployment = deployment(isFile ? null : what);
        return isFile ? deploy(file, deployment) : mims.deploy(deployment);
    }

    private Mim deploy(Path file, Deployment deployment) throws CommandFailure {
        try (InputStream tar = Files.newInputStream(file)) {
            String fileName = file.getFileName().toString();
            return mims.deploy(new Upload(deployment.clientId(), null, fileName, tar), deployment);
        } catch (IOException e) {
            throw LocalFile.unreadable(file, e);
        }
    }

    /** Options come before the payload file, which comes before the defaults of the image. */
    private Deployment deployment(String image) throws CommandFailure {
        Deployment payload = new Deployment(null, null, null, Map.of(), null, Source.MANAGEMENT, null);
        if (given.has("p")) {
            Path file = LocalFile.resolve(session, given.last("p"));
            payload = mims.payload(LocalFile.bytes(file, MAX_JSON_BYTES), Source.MANAGEMENT);
        }
        Map<String, Object> env = new LinkedHashMap<>(payload.env() == null ? Map.of() : payload.env());
        for (String variable : given.all("e")) {
            int equals = variable.indexOf('=');
            if (equals < 1) {
                throw new CommandFailure("option -e " + variable + ": expected KEY=VALUE");
            }
            env.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        return new Deployment(
                given.has("c") ? given.last("c") : payload.clientId(),
                given.has("n") ? given.last("n") : payload.name(),
                image == null ? payload.image() : image,
                env,
                payload.id(),
                Source.MANAGEMENT,
                payload.origin());
    }
}
