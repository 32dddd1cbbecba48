package mimosa.launcher;

import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.Locale;

/**
 * Parts of the JDK that take long to come up, each some hundredths of a second, and that every start needs. Begun at once
 * on threads of their own, they are there, or on their way, when the start comes to them, while the framework keeps the
 * first processor busy.
 */
final class JdkParts {
    private JdkParts() {}

    static void load() {
        begin("values", () -> {
            BigDecimal.ONE.signum(); // numbers of JSON
            ZoneId.systemDefault(); // times of the log
            Locale.getAvailableLocales(); // media types
        });
        begin("classes", () -> {
            Runnable.class.getAnnotation(FunctionalInterface.class); // annotations, which reflection looks at
            ClassLoader.getSystemResource("META-INF/none"); // all jars of the class path
        });
    }

    private static void begin(String parts, Runnable load) {
        Thread.ofPlatform().daemon().name("mimosa-jdk-" + parts).start(load);
    }
}
