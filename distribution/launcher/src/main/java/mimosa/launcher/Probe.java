package mimosa.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks the node whether it is ready, by the plainest HTTP: a client library would cost a tenth of the whole start. */
final class Probe {
    private static final int TIMEOUT_MILLIS = 5000;

    private Probe() {}

    /** Status and body of an answer. */
    record Answer(int status, String body) {}

    static Answer get(String host, int port, String path) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            OutputStream out = socket.getOutputStream();
            String head = "GET " + path + " HTTP/1.1\r\nHost: " + host + ":" + port + "\r\nConnection: close\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String[] parts = answer.split("\r\n\r\n", 2);
            String[] status = parts[0].split(" ", 3);
            if (status.length < 2 || !status[1].matches("\\d{3}")) {
                throw new IOException("no HTTP answer from " + host + ":" + port);
            }
            return new Answer(Integer.parseInt(status[1]), parts.length == 1 ? "" : parts[1]);
        }
    }
}
