package mimosa.api.mim;

/**
 * The node that mims run on.
 *
 * @param id made at the first start, stable afterwards
 * @param name of the machine, as far as it is known; otherwise empty
 * @param version of Mimosa
 */
public record Node(String id, String name, String version) {}
