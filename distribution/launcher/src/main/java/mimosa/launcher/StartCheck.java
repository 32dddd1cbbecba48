package mimosa.launcher;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mimosa.launcher.Services.Service;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleRevision;

/** Says what is wrong with a framework that has reached its start level, in one sentence. */
final class StartCheck {
    private static final String RUNTIME = "org.osgi.service.component.runtime.ServiceComponentRuntime";
    private static final String DESCRIPTION = "org.osgi.service.component.runtime.dto.ComponentDescriptionDTO";
    /** States of a component configuration, as the Declarative Services specification numbers them. */
    private static final int UNSATISFIED_CONFIGURATION = 1;

    private static final int UNSATISFIED_REFERENCE = 2;
    private static final int FAILED_ACTIVATION = 16;
    private static final Pattern WRAPPERS = Pattern.compile(
            "^(java\\.lang\\.reflect\\.|org\\.osgi\\.service\\.component\\.ComponentException: \\S+Exception)");
    private static final String FOLLOWS = "Unable to get service for reference";
    private static final Pattern MISSING =
            Pattern.compile("missing requirement \\[([^ \\]]+)[^;]*?\\)] ([^;]+; [^\\s\\]]+)");

    private StartCheck() {}

    /**
     * The first bundle that is not active, and why.
     *
     * @param failures what the framework reported, by bundle
     * @return {@code null} when all are
     */
    static String bundleProblem(List<Bundle> bundles, Map<Bundle, Throwable> failures) {
        List<Bundle> idle = bundles.stream()
                .filter(bundle -> bundle.getState() != Bundle.ACTIVE && !isFragment(bundle))
                .toList();
        if (idle.isEmpty()) {
            return null;
        }
        Bundle first = idle.get(0);
        Throwable failure = failures.get(first);
        String others = idle.size() == 1 ? "" : " (and " + (idle.size() - 1) + " more bundles)";
        return "bundle " + first.getSymbolicName() + " " + first.getVersion() + " is not active: "
                + (failure == null ? "it has not been started" : reason(failure)) + others;
    }

    static boolean isFragment(Bundle bundle) {
        return (bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
    }

    /** The resolver's message shortened to the requirement at the bottom of it; otherwise the cause at the bottom. */
    static String reason(Throwable failure) {
        String message = String.valueOf(failure.getMessage()).split(" Unresolved requirements:", 2)[0];
        Matcher matcher = MISSING.matcher(message);
        String missing = null;
        while (matcher.find()) {
            missing = "nothing provides what " + matcher.group(1) + " requires, " + matcher.group(2);
        }
        return missing == null ? bottom(failure) : missing;
    }

    private static String bottom(Throwable failure) {
        Throwable bottom = failure;
        while (bottom.getCause() != null) {
            bottom = bottom.getCause();
        }
        return bottom.getMessage() == null ? bottom.getClass().getName() : bottom.getMessage();
    }

    /**
     * Why a component does not work.
     *
     * @param lasting whether it failed; otherwise it waits for something, and may get it in a moment
     */
    record Problem(String sentence, boolean lasting) {}

    /**
     * The first component that does not work; failed ones come first, because others may only wait for them.
     *
     * @return {@code null} when all work
     */
    static Problem componentProblem(BundleContext context) {
        Service runtime = Services.find(context, RUNTIME)
                .orElseThrow(
                        () -> new StartFailure("no bundle provides Declarative Services; see features/platform.json"));
        List<Problem> problems = new ArrayList<>();
        Class<?> descriptionType = type(runtime);
        Bundle[] none = new Bundle[0];
        for (Object description : (Collection<?>)
                runtime.call("getComponentDescriptionDTOs", new Class<?>[] {Bundle[].class}, (Object) none)) {
            Collection<?> configurations = (Collection<?>)
                    runtime.call("getComponentConfigurationDTOs", new Class<?>[] {descriptionType}, description);
            for (Object configuration : configurations) {
                Problem problem = problem(description, configuration);
                if (problem != null) {
                    problems.add(problem);
                }
            }
        }
        // A component that failed because it could not get another one is not where the problem is.
        return problems.stream()
                .min(Comparator.comparing((Problem problem) -> !problem.lasting())
                        .thenComparing(problem -> problem.sentence().contains(FOLLOWS)))
                .orElse(null);
    }

    private static Problem problem(Object description, Object configuration) {
        String name = "component " + Services.field(description, "name");
        int state = (int) Services.field(configuration, "state");
        if (state == FAILED_ACTIVATION) {
            return new Problem(failure(name, String.valueOf(Services.field(configuration, "failure"))), true);
        }
        if (state == UNSATISFIED_REFERENCE) {
            return new Problem(name + " waits for " + references(description, configuration), false);
        }
        if (state == UNSATISFIED_CONFIGURATION && isRequired(description)) {
            String pids = Arrays.toString((Object[]) Services.field(description, "configurationPid"));
            return new Problem(name + " waits for its configuration " + pids, false);
        }
        return null;
    }

    private static Class<?> type(Service runtime) {
        try {
            return runtime.object().getClass().getClassLoader().loadClass(DESCRIPTION);
        } catch (ClassNotFoundException e) {
            throw new StartFailure("Declarative Services cannot be asked: " + e, e);
        }
    }

    /** A component that is made once for each configuration is fine without any. */
    private static boolean isRequired(Object description) {
        return !"require".equals(Services.field(description, "configurationPolicy"));
    }

    /** Names the interfaces that are missing, not the references: that is what somebody has to provide. */
    private static String references(Object description, Object configuration) {
        List<String> names = new ArrayList<>();
        for (Object unsatisfied : (Object[]) Services.field(configuration, "unsatisfiedReferences")) {
            Object name = Services.field(unsatisfied, "name");
            for (Object reference : (Object[]) Services.field(description, "references")) {
                if (name.equals(Services.field(reference, "name"))) {
                    names.add("a service " + Services.field(reference, "interfaceName"));
                }
            }
        }
        return String.join(" and ", names);
    }

    /**
     * The failure is a stack trace. The first exception that is not one of reflection or of Declarative Services is the
     * component's own, and says what to do; when it names its configuration, that is enough.
     */
    static String failure(String component, String trace) {
        String own = trace.lines()
                .filter(line -> !line.startsWith("\t") && !line.isBlank())
                .map(line -> line.replaceFirst("^Caused by: ", ""))
                .filter(line -> !WRAPPERS.matcher(line).find())
                .findFirst()
                .orElse("no reason given");
        String message = own.replaceFirst("^[\\w.$]+: (?=.)", "");
        return message.startsWith("mimosa.") ? message : component + " failed: " + message;
    }
}
