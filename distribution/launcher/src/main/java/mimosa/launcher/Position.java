package mimosa.launcher;

/**
 * A place in a text file.
 *
 * @param line from 1
 * @param column from 1; 0 when it is not known
 */
record Position(String file, int line, int column) {}
