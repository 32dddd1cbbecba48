package mimosa.quota;

import java.util.Map;
import java.util.function.LongSupplier;

/** Reads configured numbers; a wrong one is refused with a sentence for the operator. */
final class ConfiguredNumbers {
    private final String pid;
    private final Map<String, Object> raw;

    /** @param raw the values as configured, to name a wrong one that did not even convert to a number */
    ConfiguredNumbers(String pid, Map<String, Object> raw) {
        this.pid = pid;
        this.raw = raw;
    }

    int between(int least, int most, String name, LongSupplier value) {
        return (int) between((long) least, most, name, value);
    }

    long between(long least, long most, String name, LongSupplier value) {
        Long number;
        try {
            number = value.getAsLong();
        } catch (RuntimeException notANumber) { // the component runtime's own conversion failed
            number = null;
        }
        if (number == null || number < least || number > most) {
            throw new IllegalArgumentException("configuration " + pid + ": " + name + " is '"
                    + raw.getOrDefault(name, number) + "'; expected an integer from " + least + " to " + most);
        }
        return number;
    }
}
