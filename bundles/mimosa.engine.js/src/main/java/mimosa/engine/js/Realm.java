package mimosa.engine.js;

import org.mozilla.javascript.Callable;
import org.mozilla.javascript.ScriptableObject;

/**
 * A global scope in which a program has run.
 *
 * @param global the global object
 * @param handler what the program has exported
 */
record Realm(ScriptableObject global, Callable handler) {}
