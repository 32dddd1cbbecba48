package org.mozilla.javascript.optimizer;

/**
 * A context that wants to know of each call of a compiled function: straight calls make no branches, and only those does
 * the observer of instructions see; and each takes Java's stack, which those of interpreted functions do not.
 */
public interface CompiledCalls {
    /** Before a function runs, or a generator goes on; when this throws, it does not. */
    void entered();

    /** After a function has run, however that has ended. */
    void left();
}
