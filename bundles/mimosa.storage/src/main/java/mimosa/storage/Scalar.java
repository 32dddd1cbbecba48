package mimosa.storage;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * A value in JSON that is neither object nor array; or a text to compare one with.
 *
 * @param text as it is in the JSON, a string without quotes and escapes
 * @param number {@link Double#NaN} when it is not numeric
 */
record Scalar(Type type, String text, double number) {
    /** In the order of sorting. */
    enum Type {
        NUMBER,
        STRING,
        BOOLEAN,
        NULL
    }

    private static final Pattern DECIMAL = Pattern.compile("-?+[0-9]++(?:\\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+");

    /** Digits that every double keeps apart. */
    private static final int SAFE_DIGITS = 15;

    /** Longer numbers are compared as doubles only. */
    private static final int EXACT_CHARACTERS = 100;

    static Scalar of(Type type, String text) {
        boolean numeric = type == Type.NUMBER
                || type == Type.STRING && DECIMAL.matcher(text).matches();
        return new Scalar(type, text, numeric ? Double.parseDouble(text) : Double.NaN);
    }

    /** Compares in the sense of a filter: numerically if both can be numbers, otherwise as texts. */
    int compareLoosely(Scalar other) {
        if (Double.isNaN(number) || Double.isNaN(other.number)) {
            return text.compareTo(other.text);
        }
        int order = compareNumbers(other);
        return order == 0 ? compareExactly(other) : order;
    }

    /** Doubles alone would take long numbers, such as identifiers in texts, for each other. */
    private int compareExactly(Scalar other) {
        int longest = Math.max(text.length(), other.text.length());
        if (longest <= SAFE_DIGITS || longest > EXACT_CHARACTERS) {
            return 0;
        }
        try {
            return new BigDecimal(text).compareTo(new BigDecimal(other.text));
        } catch (NumberFormatException e) {
            // An exponent beyond all measure.
            return 0;
        }
    }

    /** Compares in the sense of sorting: first by type, then within it. */
    int compareStrictly(Scalar other) {
        if (type != other.type) {
            return type.compareTo(other.type);
        }
        return type == Type.NUMBER ? compareNumbers(other) : text.compareTo(other.text);
    }

    /** Zero and minus zero are the same. */
    private int compareNumbers(Scalar other) {
        return number < other.number ? -1 : number > other.number ? 1 : 0;
    }
}
