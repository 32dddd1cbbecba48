package mimosa.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The cases of one contract, from the resource {@code <contract>-cases.txt}; its ids begin with a letter of their own. */
record AcceptanceCases(String contract, Map<String, Case> byId) {
    private static final Pattern LINE =
            Pattern.compile("([A-Z]\\d+\\.\\d+) +(\\S[^\\[]*?)(?: \\[(partly|no test): ([^\\]]+)\\])?");

    /** How much of a case tests are expected to show. */
    enum Extent {
        ALL,
        PART,
        NONE
    }

    /**
     * One case.
     *
     * @param reason why tests do not show all of it; empty when they do
     */
    record Case(String id, String behaviour, Extent extent, String reason) {}

    static AcceptanceCases of(String contract) {
        Map<String, Case> byId = new LinkedHashMap<>();
        text("/" + contract + "-cases.txt")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(AcceptanceCases::parse)
                .forEach(each -> {
                    if (byId.put(each.id(), each) != null) {
                        throw new IllegalStateException(contract + "-cases.txt has " + each.id() + " twice");
                    }
                });
        return new AcceptanceCases(contract, byId);
    }

    private static Case parse(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new IllegalStateException("expected an id, the behaviour and at most a reason in brackets: " + line);
        }
        Extent extent =
                parts.group(3) == null ? Extent.ALL : parts.group(3).equals("partly") ? Extent.PART : Extent.NONE;
        return new Case(parts.group(1), parts.group(2), extent, parts.group(4) == null ? "" : parts.group(4));
    }

    private static String text(String resource) {
        try (InputStream in = AcceptanceCases.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether an id is of this contract, listed or not. */
    boolean owns(String id) {
        return byId.keySet().stream().anyMatch(listed -> listed.charAt(0) == id.charAt(0));
    }
}
