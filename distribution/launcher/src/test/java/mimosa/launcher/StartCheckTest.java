package mimosa.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleException;

final class StartCheckTest {
    @Test
    void namesTheRequirementAtTheBottomOfTheResolversMessage() {
        String message =
                "Unable to resolve mimosa.gateway [26](R 26.0): missing requirement [mimosa.gateway [26](R 26.0)]"
                        + " osgi.wiring.package; (&(osgi.wiring.package=org.eclipse.jetty.server)(version>=12.1.0)) [caused by:"
                        + " Unable to resolve org.eclipse.jetty.server [9](R 9.0): missing requirement [org.eclipse.jetty.server"
                        + " [9](R 9.0)] osgi.wiring.package; (&(osgi.wiring.package=org.eclipse.jetty.io)(version>=12.1.0))]"
                        + " Unresolved requirements: [[mimosa.gateway [26](R 26.0)] osgi.wiring.package; (&(x=y))]";

        assertEquals(
                "nothing provides what org.eclipse.jetty.server requires, osgi.wiring.package;"
                        + " (&(osgi.wiring.package=org.eclipse.jetty.io)(version>=12.1.0))",
                StartCheck.reason(new BundleException(message)));
    }

    @Test
    void namesTheCauseAtTheBottomOfAFailedActivator() {
        assertEquals(
                "no such disk",
                StartCheck.reason(new BundleException(
                        "Activator start error", new IllegalStateException(new RuntimeException("no such disk")))));
    }

    @Test
    void namesWhatAFailedComponentSaysItself() {
        String trace = "java.lang.reflect.InvocationTargetException\n\tat a.B.c(B.java:1)\n"
                + "Caused by: java.lang.IllegalStateException: no such disk\n\tat x.Y.z(Y.java:2)\n\t... 3 more\n"
                + "Caused by: java.io.IOException: 5\n\t... 4 more\n";

        assertEquals("component store failed: no such disk", StartCheck.failure("component store", trace));
    }

    @Test
    void leavesOutTheComponentWhereItsConfigurationIsNamed() {
        String trace =
                "mimosa.api.MimosaException: mimosa.gateway: port = -1, expected 0 to 65535\n\tat x.Y.z(Y.java:2)\n";

        assertEquals("mimosa.gateway: port = -1, expected 0 to 65535", StartCheck.failure("component gateway", trace));
    }
}
