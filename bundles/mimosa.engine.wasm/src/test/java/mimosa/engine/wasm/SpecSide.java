package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.Instance;

/** One way of running the modules of a script. Whatever a module does wrong, or has wrong, is thrown. */
interface SpecSide {
    /** Reads and checks a module. */
    void check(byte[] module);

    /**
     * Makes a module ready to run.
     *
     * @param place the same for the same module in every round
     * @return {@code null} when this side cannot have such a module
     */
    Instance instantiate(String place, byte[] module);

    /** Lets the modules to come import from an instance. */
    void register(String name, Instance instance);

    /** Whether an instance is as the script expects it to be. */
    boolean isCurrent(Instance instance);

    /** Whether it matches what modules import with what others export. */
    boolean links();
}
