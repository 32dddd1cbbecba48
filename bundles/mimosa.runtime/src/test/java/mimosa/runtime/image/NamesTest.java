package mimosa.runtime.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import mimosa.api.MimosaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "-a", "_a", "a.b", "a b", "a/b", "mcm", "console", "ws", "ä"})
    void refusesClientId(String clientId) {
        MimosaException refusal = assertThrows(MimosaException.class, () -> Names.clientId(clientId));
        assertEquals(MimosaException.Kind.INVALID, refusal.kind());
        assertTrue(refusal.getMessage().startsWith("illegal client id '"), refusal.getMessage());
    }

    @Test
    void limitsLengths() {
        assertEquals(64, Names.clientId("c".repeat(64)).length());
        assertThrows(MimosaException.class, () -> Names.clientId("c".repeat(65)));
        assertTrue(Names.isName("n".repeat(128)));
        assertFalse(Names.isName("n".repeat(129)));
    }

    @Test
    void acceptsDotSeparatedNames() {
        assertTrue(Names.isName("hello-v1"));
        assertTrue(Names.isName("_a.B-2.c"));
        for (String name : new String[] {null, "", ".", "a.", ".a", "a..b", "a b", "a/b", "a:b", "\u00e4"}) {
            assertFalse(Names.isName(name), name);
        }
    }

    @Test
    void showsForeignNamesHarmlessly() {
        assertEquals("a".repeat(100), Names.shown("a".repeat(101)));
        assertEquals("\\u001b[2J\\u202e\\u2028\\ud83d", Names.shown("\u001b[2J\u202e\u2028\ud83d"));
        assertEquals("\u00e4 \ud83d\ude00", Names.shown("\u00e4 \ud83d\ude00"));
        assertEquals("", Names.shown(null));
    }
}
