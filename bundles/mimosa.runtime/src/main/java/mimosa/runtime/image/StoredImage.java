package mimosa.runtime.image;

import java.util.Map;
import mimosa.api.mim.Image;

/**
 * An image as it is kept.
 *
 * @param env defaults of its mims' variables, see {@link ImageContent#env}; unmodifiable
 */
public record StoredImage(Image image, Map<String, Object> env) {}
