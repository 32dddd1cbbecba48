package mimosa.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import mimosa.api.mim.Node;
import mimosa.runtime.file.DurableFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who this node is: an id made at the first start and kept with the data. */
final class NodeIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(NodeIdentity.class);

    private NodeIdentity() {}

    static Node of(Path data, String version) throws IOException {
        DurableFiles.folder(data);
        Path file = data.resolve("node-id");
        // Whatever bytes are in it: a damaged file must not keep the node from starting.
        String id = Files.exists(file)
                ? Files.readString(file, StandardCharsets.ISO_8859_1).trim()
                : "";
        if (!id.matches("[A-Za-z0-9-]{8,64}")) {
            if (!id.isEmpty()) {
                LOG.error("{} holds no node id, the node gets a new one", file);
            }
            id = UUID.randomUUID().toString();
            DurableFiles.write(file, id.getBytes(StandardCharsets.UTF_8));
        }
        return new Node(id, hostName(), version);
    }

    private static String hostName() {
        String name = System.getenv("HOSTNAME");
        if (name != null && !name.isBlank()) {
            return name;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "";
        }
    }
}
