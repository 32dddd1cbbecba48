package mimosa.gateway;

import java.util.BitSet;

/** Letters and digits of ASCII and some marks, of which names and the like are made. */
final class Alphabet {
    private final BitSet chars = new BitSet();

    Alphabet(String marks) {
        chars.set('a', 'z' + 1);
        chars.set('A', 'Z' + 1);
        chars.set('0', '9' + 1);
        marks.chars().forEach(chars::set);
    }

    /** Whether there is no other character in the text. */
    boolean spells(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!chars.get(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
