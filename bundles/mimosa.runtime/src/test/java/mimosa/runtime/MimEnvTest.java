package mimosa.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mimosa.api.MimosaException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MimEnvTest {
    private static MimEnv env(Map<String, ?> given) {
        return MimEnv.of("api-hello-v1", "api", "hello-v1", "js", Map.of(), given, null);
    }

    @Test
    void everyMimHasTheRuntimesOwnVariables() {
        assertEquals(
                Map.of(
                        "MCM.BASE_API_PATH", "/api/hello/v1",
                        "MCM.RUNTIME", "js",
                        "MCM.WEBSOCKET_SUPPORT", "false",
                        "MCM.DB_ENCRYPTION_SUPPORT", "false",
                        "MCM.LINKLOCAL_REPLAY_NONCE_SUPPORT", "false"),
                env(Map.of()).variables());
    }

    @ParameterizedTest
    @CsvSource({"hello-v1,/hello/v1", "hello-v12,/hello/v12", "hello,/hello/v1", "a-v1-b,/a-v1-b/v1", "x.y-v2,/x.y/v2"})
    void basePathFollowsFromTheImageName(String imageName, String path) {
        MimEnv env = MimEnv.of("c-m", "c", imageName, "js", Map.of(), Map.of(), null);
        assertEquals("/c" + path, env.path());
    }

    @ParameterizedTest
    @Tag("M1.5")
    @CsvSource({"x/v1/,/api/x/v1", "/x,/api/x", "/a/b/c/d/e/f/g/h,/api/a/b/c/d/e/f/g/h"})
    void basePathIsNormalised(String given, String path) {
        assertEquals(path, env(Map.of("MCM.BASE_API_PATH", given)).path());
    }

    @ParameterizedTest
    @Tag("M1.5")
    @ValueSource(strings = {"/a b", "/../x", "/a//b", "/.", "", "/", "/a/b/c/d/e/f/g/h/i", "/é", "/a%20b"})
    void illegalBasePathIsRefusedByName(String given) {
        var e = assertThrows(MimosaException.class, () -> env(Map.of("MCM.BASE_API_PATH", given)));
        assertTrue(e.getMessage().contains("MCM.BASE_API_PATH"), e.getMessage());
    }

    @Test
    @Tag("M1.5")
    void basePathHasAtMost256Characters() {
        assertEquals(
                4 + 256,
                env(Map.of("MCM.BASE_API_PATH", "/" + "a".repeat(255))).path().length());
        assertThrows(MimosaException.class, () -> env(Map.of("MCM.BASE_API_PATH", "/" + "a".repeat(256))));
    }

    @Test
    @Tag("M1.6")
    void aliasAddsThePathBelowApi() {
        Map<String, ?> given = Map.of("MCM.API_ALIAS", "TRUE", "MCM.BASE_API_PATH", "/x/v1");
        MimEnv env = MimEnv.of("c1-x", "c1", "x", "js", Map.of(), given, null);
        assertEquals("/c1/x/v1", env.path());
        assertEquals("/api/x/v1", env.alias());
        assertNull(env(given).alias());
    }

    @Test
    @Tag("M5.18")
    void anEditedAnswerIsNotPrefixedAgain() {
        Map<String, ?> given = Map.of("MCM.BASE_API_PATH", "/api/x/v1");
        assertEquals(
                "/api/x/v1",
                MimEnv.of("api-x", "api", "x", "js", Map.of(), given, "api-x").path());
        assertEquals(
                "/api/api/x/v1",
                MimEnv.of("api-x", "api", "x", "js", Map.of(), given, null).path());
    }

    @Test
    void theDeploymentWinsOverTheImageKeyByKey() {
        Map<String, Object> given = new HashMap<>();
        given.put("A", 1);
        given.put("B", null);
        given.put("C", true);
        Map<String, String> env = MimEnv.of("i", "api", "x", "js", Map.of("A", "0", "B", "0", "D", "0"), given, null)
                .variables();
        assertEquals("1", env.get("A"));
        assertNull(env.get("B"));
        assertEquals("true", env.get("C"));
        assertEquals("0", env.get("D"));
    }

    @Test
    @Tag("M5.20")
    void valuesOfOtherTypesAreRefusedByName() {
        for (Map<String, ?> bad : List.of(
                Map.of("A", Map.of("a", 1)),
                Map.of("MCM.WEBSOCKET_SUPPORT", "maybe"),
                Map.of("bad key", "x"),
                Map.of("BIG", "x".repeat(65537)))) {
            var e = assertThrows(MimosaException.class, () -> env(bad));
            String key = bad.keySet().iterator().next();
            assertTrue(e.getMessage().contains(key), e.getMessage());
        }
    }
}
