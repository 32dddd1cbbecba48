/**
 * What every engine needs around its programs, whatever language they are in: threads to run them, the effects that a
 * lock holds back, files as answers, the parts of forms, an end to what takes too long.
 *
 * <p>No bundle exports this package: each engine has it inside, as it was compiled together with it, so that an engine
 * can be replaced without the other.
 */
package mimosa.work;
