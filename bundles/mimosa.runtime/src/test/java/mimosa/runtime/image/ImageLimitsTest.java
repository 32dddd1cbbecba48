package mimosa.runtime.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageLimitsTest {
    private static ImagesConfig config(Map<String, Object> values) {
        return (ImagesConfig) Proxy.newProxyInstance(
                ImagesConfig.class.getClassLoader(),
                new Class<?>[] {ImagesConfig.class},
                (proxy, method, arguments) -> {
                    Object value = values.getOrDefault(method.getName(), method.getDefaultValue());
                    if (value instanceof RuntimeException failure) {
                        throw failure;
                    }
                    return value;
                });
    }

    @Test
    void hasTheDefaultsOfTheConfiguration() {
        assertEquals(ImageLimits.DEFAULT, ImageLimits.of(config(Map.of())));
    }

    @Test
    void namesWhatIsWrong() {
        assertEquals("mimosa.images: ratio=0, expected a whole number from 1 to 2147483647", refusal("ratio", 0));
        assertTrue(refusal("jsBytes", Integer.MAX_VALUE).startsWith("mimosa.images: jsBytes=2147483647, expected"));
        assertEquals(
                "mimosa.images: uploadBytes cannot be read (For input string: \"64M\"), expected a whole number from 1 to "
                        + Long.MAX_VALUE,
                refusal("uploadBytes", new NumberFormatException("For input string: \"64M\"")));
    }

    private static String refusal(String property, Object value) {
        return assertThrows(IllegalArgumentException.class, () -> ImageLimits.of(config(Map.of(property, value))))
                .getMessage();
    }
}
