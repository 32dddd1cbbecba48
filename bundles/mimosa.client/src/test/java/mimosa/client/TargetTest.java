package mimosa.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import mimosa.api.MimosaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    @ParameterizedTest
    @CsvSource({
        "http://Example.ORG, http://example.org:80, /",
        "example.org:8080/a?b=c#d, http://example.org:8080, /a?b=c",
        "HTTPS://example.org/, https://example.org:443, /",
        "//example.org:/x, http://example.org:80, /x",
        "localhost., http://localhost:80, /",
        "http://2130706433/, http://127.0.0.1:80, /",
        "http://0x7f.1/, http://127.0.0.1:80, /",
        "http://0177.0.0.1./, http://127.0.0.1:80, /",
        "http://127.1, http://127.0.0.1:80, /",
        "http://[::ffff:127.0.0.1]:81/, http://127.0.0.1:81, /",
        "http://[::1]/, http://[0:0:0:0:0:0:0:1]:80, /",
        "http://m\u00fcnchen.de, http://xn--mnchen-3ya.de:80, /",
        "http://\uff11\uff12\uff17\u30020.0.1, http://127.0.0.1:80, /",
        "http://my_service, http://my_service:80, /",
        "http://a/b c|d/\u00e4%41%zz?q={1} 2, http://a:80, /b%20c%7Cd/%C3%A4%41%25zz?q=%7B1%7D%202",
        "http://a?b, http://a:80, /?b",
        "http://0xg, http://0xg:80, /",
    })
    void readsUrlsAsBrowsersDo(String url, String origin, String pathAndQuery) {
        Target target = Target.parse(url);
        assertEquals(origin, target.origin());
        assertEquals(pathAndQuery, target.pathAndQuery());
        assertTrue(target.uri().toString().endsWith(pathAndQuery));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://",
                "ftp://a/",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "http://user:password@a/",
                "http://user@a/",
                "http://a\\@b/",
                "http://a:0/",
                "http://a:65536/",
                "http://a:b/",
                "http://a b/",
                "http://a%2eb/",
                "http://1.2.3.4.5/",
                "http://256.1.1.1.1/",
                "http://[::1/",
                "http://[localhost]/",
                "http://::1/",
                "http://a/\r\nHost: b",
                "http://a..b/",
            })
    void refusesWhatIsNoHttpUrl(String url) {
        MimosaException refused = assertThrows(MimosaException.class, () -> Target.parse(url));
        assertEquals(MimosaException.Kind.INVALID, refused.kind());
    }

    @ParameterizedTest
    @CsvSource({
        "http://b/x, http://b:80, /x",
        "//b/x, https://b:443, /x",
        "/x?y, https://a:444, /x?y",
        "x, https://a:444, /p/x",
        "../x y, https://a:444, /x%20y",
        "a:1, https://a:444, /p/a:1",
        "?z, https://a:444, /p/q?z",
    })
    void followsLocations(String location, String origin, String pathAndQuery) {
        Target to = Target.parse("https://a:444/p/q?r").redirectedTo(location);
        assertEquals(origin, to.origin());
        assertEquals(pathAndQuery, to.pathAndQuery());
    }

    @Test
    void locationOfAnotherSchemeIsRefused() {
        Target from = Target.parse("https://a/");
        assertThrows(MimosaException.class, () -> from.redirectedTo("file:///etc/passwd"));
        assertThrows(MimosaException.class, () -> from.redirectedTo("http://u:p@b/"));
    }
}
