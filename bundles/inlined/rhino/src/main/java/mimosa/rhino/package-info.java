/**
 * Rewrites the script engine when the project is built, so that what a request changes can be undone.
 *
 * <p><b>How it works.</b> Each class that can hold state of a script extends {@code Tracked}. Before a field of an object is
 * stored to, and before an array or collection is loaded from a field through which it is changed later, woven code calls
 * {@code Tracked.touch}: an object of a snapshot is saved, with what its arrays and collections hold, the first time in a
 * request. {@code UndoLog.rollback} puts everything back. Which loads lead to a change is found by following values
 * through all methods of the engine: through variables, parameters, results, lambdas and fields.
 *
 * <p><b>Compiled code</b> calls the woven methods and changes nothing itself but the state of a generator, which is saved
 * whenever one goes on. What the compiler makes is changed in some places, see {@code CompilerEdits}.
 *
 * <p><b>What it relies on.</b> One thread uses a realm at a time. The content of an array or collection belongs to the
 * objects that have it in a field of such a type. Java's methods change no array they are given but those known to
 * {@code Writes} as readers. Compiled code never changes. The places where one of these has to be believed are listed,
 * each with its reason, in {@code src/test/resources/mimosa/rhino/woven-sites.txt}.
 *
 * <p><b>A class of our own</b> that keeps state of a script extends {@code Tracked} itself, calls {@code touch(this)} before
 * each change, names its arrays and collections in {@code undo$own} and copies its fields in {@code undo$restore}.
 *
 * <p><b>A new version of the engine:</b> set its version in the root pom and build. The test of the woven sites shows what is
 * new. Look at each such place in the engine's source, above all at entries that are not woven; then accept them with a
 * reason. Then run the tests of the JavaScript engine: they compare the heap before and after each of many requests that
 * spoil whatever they find, and the answers of restored realms with those of realms made anew.
 */
package mimosa.rhino;
