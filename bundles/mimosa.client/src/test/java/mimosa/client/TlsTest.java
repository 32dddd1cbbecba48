package mimosa.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import mimosa.api.MimosaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    private static Path folder;

    private static Path store;

    private final AtomicInteger requests = new AtomicInteger();
    private HttpsServer server;
    private JettyHttpClient client;
    private String port;

    @BeforeAll
    static void makeCertificate() throws Exception {
        store = folder.resolve("keys.p12");
        run(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-storetype",
                "PKCS12",
                "-alias",
                "test",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-validity",
                "2");
    }

    @BeforeEach
    void start() throws Exception {
        server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 5);
        server.setHttpsConfigurator(new HttpsConfigurator(serverContext()));
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes());
            exchange.close();
        });
        server.start();
        port = ":" + server.getAddress().getPort() + "/";
    }

    @AfterEach
    void stop() throws Exception {
        System.clearProperty("javax.net.ssl.trustStore");
        System.clearProperty("javax.net.ssl.trustStorePassword");
        client.stop();
        server.stop(0);
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), output);
    }

    private static SSLContext serverContext() throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private Answer get(String url) {
        Answer answer = new Answer();
        client.send(TestClient.get(url), answer);
        return answer;
    }

    @Test
    void unknownCertificateIsRefused() throws Exception {
        client = TestClient.allowing("127.0.0.1");
        MimosaException failure = get("https://localhost" + port).failure();
        assertTrue(
                failure.getMessage()
                        .startsWith("could not connect to localhost" + port.replace("/", "")
                                + ": its certificate is not accepted"),
                failure.getMessage());
        assertEquals(0, requests.get());
    }

    @Test
    void certificateIsAcceptedForItsOwnNameOnly() throws Exception {
        System.setProperty("javax.net.ssl.trustStore", store.toString());
        System.setProperty("javax.net.ssl.trustStorePassword", PASSWORD);
        client = TestClient.allowing("127.0.0.1");
        assertEquals("ok", get("https://localhost" + port).get().body());
        MimosaException failure = get("https://127.0.0.1" + port).failure();
        assertTrue(failure.getMessage().contains("certificate is not accepted"), failure.getMessage());
        assertEquals(1, requests.get());
    }
}
