package mimosa.gateway;

import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.http2.hpack.HpackFieldPreEncoder;

/**
 * Has Jetty find its encoders of header fields. It looks for them once, with the {@link java.util.ServiceLoader} and the
 * thread's context class loader, which in OSGi sees nothing of Jetty.
 */
final class JettyEncoders {
    private JettyEncoders() {}

    /**
     * @throws IllegalStateException when Jetty was used before without the encoder of HTTP/2, which cannot be repaired
     */
    static void load() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(new BothLoaders());
        try {
            new PreEncodedHttpField(HttpHeader.DATE, "probe").getEncodedLength(HttpVersion.HTTP_2);
        } catch (NullPointerException e) {
            throw new IllegalStateException(
                    "another bundle has used Jetty before this one, so that HTTP/2 header fields cannot be encoded;"
                            + " start " + Settings.PID + " first",
                    e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /**
     * Sees the service files of the two bundles that have encoders. The classes are all found through one of them, which
     * imports those of the other.
     */
    private static final class BothLoaders extends ClassLoader {
        private final ClassLoader http = PreEncodedHttpField.class.getClassLoader();
        private final ClassLoader http2 = HpackFieldPreEncoder.class.getClassLoader();

        BothLoaders() {
            super(HpackFieldPreEncoder.class.getClassLoader());
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            List<URL> all = new ArrayList<>(Collections.list(http.getResources(name)));
            if (http2 != http) {
                all.addAll(Collections.list(http2.getResources(name)));
            }
            return Collections.enumeration(all);
        }
    }
}
