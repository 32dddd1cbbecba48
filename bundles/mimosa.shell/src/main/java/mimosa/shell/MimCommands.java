package mimosa.shell;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mimosa.api.mim.Image;
import mimosa.api.mim.Mim;
import mimosa.api.mim.Mims;
import mimosa.api.mim.Mims.Invocation;
import mimosa.api.mim.Mims.Reply;
import mimosa.api.mim.Source;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The commands {@code mim:*}. The shell finds them by the properties of this service and calls the public methods; one
 * that has to know the shell's session takes it as what it is to Java, an {@link AutoCloseable}.
 */
@Component(
        service = MimCommands.class,
        property = {
            "osgi.command.scope=mim",
            "osgi.command.function=deploy",
            "osgi.command.function=undeploy",
            "osgi.command.function=list",
            "osgi.command.function=info",
            "osgi.command.function=start",
            "osgi.command.function=stop",
            "osgi.command.function=images",
            "osgi.command.function=logs",
            "osgi.command.function=invoke"
        })
public final class MimCommands {
    private static final int MAX_BODY_BYTES = 64 << 20;

    private final Mims mims;

    @Activate
    public MimCommands(@Reference Mims mims) {
        this.mims = mims;
    }

    public void deploy(AutoCloseable session, String[] args) throws CommandFailure {
        Prompt.run(() -> {
            Arguments given = Arguments.parse(
                    "mim:deploy <file.tar|image name> [-n name] [-c clientId] [-e KEY=VALUE]... [-p payload.json]",
                    "",
                    "ncep",
                    args);
            Prompt.logged("deploy", args);
            Prompt.show(new Deploying(mims, session, given).run());
        });
    }

    public void undeploy(String[] args) throws CommandFailure {
        Prompt.run(() -> {
            Arguments given = Arguments.parse("mim:undeploy [-k] <id>", "k", "", args);
            String id = id(given.operand());
            Prompt.logged("undeploy", args);
            mims.undeploy(null, id, given.has("k"), Source.MANAGEMENT);
            Prompt.out(id + " removed" + (given.has("k") ? ", data kept" : ""));
        });
    }

    public void start(String[] args) throws CommandFailure {
        Prompt.run(() -> {
            String id = id(Arguments.parse("mim:start <id>", "", "", args).operand());
            Prompt.logged("start", args);
            Prompt.show(mims.start(null, id));
        });
    }

    public void stop(String[] args) throws CommandFailure {
        Prompt.run(() -> {
            String id = id(Arguments.parse("mim:stop <id>", "", "", args).operand());
            Prompt.logged("stop", args);
            Prompt.show(mims.stop(null, id));
        });
    }

    public void list(String[] args) throws CommandFailure {
        Prompt.run(() -> {
            Arguments given = Arguments.parse("mim:list [-c clientId] [-j]", "j", "c", args);
            given.operands(0, 0);
            List<Mim> found = mims.list(given.last("c"));
            if (given.has("j")) {
                JsonOutput.print(
                        System.out,
                        found.stream()
                                .map(mim -> JsonOutput.mim(mim, masked(mim)))
                                .toList());
                return;
            }
            Table table = Table.of(
                    Set.of(5, 6, 7), "ID", "ENGINE", "VERSION", "PATH", "STATE", "REQUESTS", "ERRORS", "ACTIVE");
            for (Mim mim : found) {
                table.row(
                        mim.id(),
                        mim.engine(),
                        mim.version(),
                        mim.path(),
                        Prompt.state(mim),
                        mim.requests(),
                        mim.errors(),
                        mim.active());
            }
            table.print(System.out);
        });
    }

    public void info(String[] args) throws CommandFailure {
        Prompt.run(() -> {
            Arguments given = Arguments.parse("mim:info [-j] [-s] <id>", "js", "", args);
            Mim mim = mims.get(null, given.operand());
            Map<String, String> env = given.has("s") ? new TreeMap<>(mim.env()) : masked(mim);
            Map<String, Object> json = JsonOutput.mim(mim, env);
            Map<String, String> facts = mims.facts(null, mim.id());
            if (given.has("j")) {
                json.put("facts", facts);
                JsonOutput.print(System.out, json);
                return;
            }
            json.remove("env");
            json.put("created", mim.created());
            Table table = Table.ofFacts();
            json.forEach(table::row);
            env.forEach((key, value) -> table.row("env " + key, value));
            facts.forEach(table::row);
            table.print(System.out);
        });
    }

    public void images(String[] args) throws CommandFailure {
        Prompt.run(() -> {
            Arguments given =
                    Arguments.parse("mim:images [list] [-c clientId] [-j] | delete <id|name>", "j", "c", args);
            List<String> words = given.operands(0, 2);
            if (words.size() == 2 && words.get(0).equals("delete")) {
                Prompt.logged("images", args);
                deleteImage(given.last("c"), words.get(1));
            } else if (words.isEmpty() || words.equals(List.of("list"))) {
                listImages(mims.images(given.last("c")), given.has("j"));
            } else {
                throw new CommandFailure("mim:images: expected 'list' or 'delete <id|name>'");
            }
        });
    }

    private void deleteImage(String clientId, String idOrName) throws CommandFailure {
        List<Image> found = mims.images(clientId).stream()
                .filter(image -> image.id().equals(idOrName) || image.name().equals(idOrName))
                .sorted((a, b) -> Boolean.compare(b.id().equals(idOrName), a.id().equals(idOrName)))
                .toList();
        if (found.size() > 1 && !found.get(0).id().equals(idOrName)) {
            throw new CommandFailure("several clients have an image '" + idOrName + "': give its id");
        }
        Image gone = found.isEmpty()
                ? mims.deleteImage(clientId, idOrName)
                : mims.deleteImage(found.get(0).clientId(), found.get(0).id());
        Prompt.out(gone.id() + " removed");
    }

    private static void listImages(List<Image> images, boolean json) {
        if (json) {
            JsonOutput.print(System.out, images.stream().map(JsonOutput::image).toList());
            return;
        }
        Table table = Table.of(Set.of(3), "ID", "VERSION", "ENGINE", "SIZE", "CREATED");
        for (Image image : images) {
            table.row(image.id(), image.version(), image.engine(), image.size(), image.created());
        }
        table.print(System.out);
    }

    public void logs(String[] args) throws CommandFailure {
        Prompt.run(() -> {
            Arguments given = Arguments.parse("mim:logs [-n lines] [-l level] [-f] <id>", "f", "nl", args);
            int lines = given.number("n", 50);
            LogView view = new LogView(mims, given.last("l"), System.out);
            String id = id(given.operand());
            if (given.has("f")) {
                view.follow(id, lines);
            } else {
                view.print(id, lines);
            }
        });
    }

    public void invoke(AutoCloseable session, String[] args) throws CommandFailure {
        Prompt.run(() -> {
            String usage = "mim:invoke [-H 'Name: value']... [-d data|-d @file] <id> [METHOD] <path>";
            Arguments given = Arguments.parse(usage, "", "Hd", args);
            List<String> words = given.operands(2, 3);
            String method = words.size() == 3 ? words.get(1) : given.has("d") ? "POST" : "GET";
            String path = words.get(words.size() - 1);
            if (!path.startsWith("/")) {
                throw CommandFailure.usage("path '" + path + "' does not begin with a slash", usage);
            }
            for (String header : given.all("H")) {
                if (header.indexOf(':') < 1) {
                    throw CommandFailure.usage("option -H " + header + ": expected 'Name: value'", usage);
                }
            }
            byte[] body = body(session, given.last("d"));
            show(mims.invoke(null, id(words.get(0)), new Invocation(method, path, given.all("H"), body)));
        });
    }

    private static byte[] body(AutoCloseable session, String data) throws CommandFailure {
        if (data == null) {
            return new byte[0];
        }
        return data.startsWith("@")
                ? LocalFile.bytes(LocalFile.resolve(session, data.substring(1)), MAX_BODY_BYTES)
                : data.getBytes(StandardCharsets.UTF_8);
    }

    private static void show(Reply reply) {
        Prompt.out(Integer.toString(reply.status()));
        reply.headers().forEach(Prompt::out);
        Prompt.out("");
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(reply.body()))
                    .toString();
            System.out.println(Printable.lines(text));
        } catch (CharacterCodingException e) {
            Prompt.out("(" + reply.body().length + " bytes that are no text)");
        }
    }

    private static Map<String, String> masked(Mim mim) {
        Map<String, String> masked = new TreeMap<>(mim.env());
        masked.replaceAll((key, value) -> Prompt.MASK);
        return masked;
    }

    /** A mim may be named by its name where only one has it. */
    private String id(String idOrName) {
        return mims.get(null, idOrName).id();
    }
}
