package mimosa.engine.js;

/**
 * A program in the language that Rhino has right.
 *
 * @param code the program
 * @param map leads from its lines to the author's, as JSON
 */
record Transpiled(String code, String map) {}
