package mimosa.gateway;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a",
                "/a/",
                "/a/b.c",
                "/a/..b",
                "/a/b..",
                "/a/...",
                "/a%20b",
                "/100%25",
                "/%C3%A9",
                "/%ff",
                "/a;x=1",
                "/%252e%252e/",
                "/a/~b/-_"
            })
    void acceptsWhatMeansTheSameToEverybody(String path) {
        assertNull(RequestPath.problem(path, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//",
                "//a",
                "/a//b",
                "/a//",
                "/a%2Fb",
                "/a%2fb",
                "/a%00",
                "/%0a",
                "/a%5cb",
                "/a\\b",
                "/.",
                "/..",
                "/a/./b",
                "/a/../b",
                "/a/..",
                "/%2e",
                "/%2E%2e/",
                "/.%2e/x",
                "/a/..;x/b",
                "/a/.;/b",
                "/%",
                "/%2",
                "/%zz",
                "/%7f"
            })
    void refusesWhatIsReadInDifferentWays(String path) {
        assertNotNull(RequestPath.problem(path, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"//", "//a", "/a//b", "/a%2Fb", "/a%2f%2Fb"})
    void letsEmptySegmentsAndEncodedSlashesThroughWhenTold(String path) {
        assertNull(RequestPath.problem(path, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a%2F..%2Fb", "/a%2f%2e%2e", "/a//../b", "/a%00", "/a%5Cb"})
    void neverLetsDotSegmentsThrough(String path) {
        assertNotNull(RequestPath.problem(path, true));
    }
}
