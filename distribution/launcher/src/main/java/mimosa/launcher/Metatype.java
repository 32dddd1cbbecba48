package mimosa.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * What a bundle says it can be configured with, as OSGi metatype: the files {@code OSGI-INF/metatype/*.xml}.
 *
 * @param attributes by name, in the order in which they were declared
 */
record Metatype(Map<String, Attribute> attributes) {
    private static final String FOLDER = "OSGI-INF/metatype/";

    /**
     * One property.
     *
     * @param type {@code String}, {@code Integer}, {@code Long}, {@code Boolean} or another of metatype's
     * @param single whether it has one value rather than a list
     * @param options the only values allowed; empty for any
     */
    record Attribute(String type, boolean single, List<String> options) {
        /** What was expected instead of the value; {@code null} when the value is fine. */
        String problem(String value) {
            if (single && !options.isEmpty() && !options.contains(value)) {
                return "one of " + String.join(", ", options);
            }
            try {
                switch (single ? type : "String") {
                    case "Integer":
                        Integer.parseInt(value);
                        return null;
                    case "Long":
                        Long.parseLong(value);
                        return null;
                    case "Double":
                        Double.parseDouble(value);
                        return null;
                    case "Boolean":
                        return value.matches("(?i)true|false") ? null : "true or false";
                    default:
                        return null;
                }
            } catch (NumberFormatException e) {
                return "Double".equals(type) ? "a number" : "a whole number";
            }
        }
    }

    /** Both parts of one configuration. */
    Metatype with(Metatype other) {
        Map<String, Attribute> both = new LinkedHashMap<>(attributes);
        both.putAll(other.attributes);
        return new Metatype(both);
    }

    /**
     * Everything that a bundle's jar describes, by PID.
     *
     * @param parser a {@link #parser}, used by one thread at a time
     */
    static Map<String, Metatype> readAll(Path jar, DocumentBuilder parser) {
        Map<String, Metatype> found = new HashMap<>();
        try (JarFile file = new JarFile(jar.toFile(), false)) {
            for (JarEntry entry : (Iterable<JarEntry>) file.stream()::iterator) {
                if (isMetatype(entry.getName())) {
                    try (InputStream xml = file.getInputStream(entry)) {
                        read(parser.parse(xml), found);
                    }
                }
            }
        } catch (IOException | SAXException e) {
            throw new StartFailure("bundles/" + jar.getFileName() + " cannot be read: " + e.getMessage(), e);
        }
        return found;
    }

    /** There are thousands of entries: a pattern for this would be among what a start spends most time on. */
    private static boolean isMetatype(String entry) {
        return entry.startsWith(FOLDER) && entry.endsWith(".xml") && entry.indexOf('/', FOLDER.length()) < 0;
    }

    /** One for all files, because making one costs more than reading a file. */
    static DocumentBuilder parser() {
        try {
            return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("this Java has no XML parser", e);
        }
    }

    private static void read(Document document, Map<String, Metatype> found) {
        Map<String, Metatype> byId = new HashMap<>();
        for (Element ocd : elements(document.getDocumentElement(), "OCD")) {
            Map<String, Attribute> attributes = new LinkedHashMap<>();
            for (Element ad : elements(ocd, "AD")) {
                List<String> options = elements(ad, "Option").stream()
                        .map(option -> option.getAttribute("value"))
                        .toList();
                boolean single = ad.getAttribute("cardinality").isEmpty()
                        || ad.getAttribute("cardinality").equals("0");
                attributes.put(ad.getAttribute("id"), new Attribute(ad.getAttribute("type"), single, options));
            }
            byId.put(ocd.getAttribute("id"), new Metatype(attributes));
        }
        for (Element designate : elements(document.getDocumentElement(), "Designate")) {
            String factory = designate.getAttribute("factoryPid");
            String pid = factory.isEmpty() ? designate.getAttribute("pid") : factory;
            elements(designate, "Object")
                    .forEach(object -> found.merge(pid, byId.get(object.getAttribute("ocdref")), Metatype::with));
        }
    }

    private static List<Element> elements(Element parent, String name) {
        NodeList nodes = parent.getElementsByTagName(name);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .toList();
    }
}
