package mimosa.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import mimosa.api.MimosaException;

/**
 * {@code manifest.json} of an archive that {@code docker save} or a packager wrote.
 *
 * @param config path of the image's configuration; {@code null} when none is named
 * @param tag name and version, as far as it says them
 * @param layers paths of the layers in their order
 */
record DockerManifest(String config, ImageTag tag, List<String> layers) {
    static final String FILE = "manifest.json";

    private static final int MAX_LAYERS = 16;

    static DockerManifest read(byte[] json) {
        JsonNode images = ImageJson.parse(FILE, json);
        if (!images.isArray()) {
            throw ImageJson.wrong(FILE, "not an array");
        }
        if (images.size() != 1) {
            throw MimosaException.invalid(FILE + " lists " + images.size() + " images, expected 1");
        }
        JsonNode image = images.get(0);
        if (!image.isObject()) {
            throw ImageJson.wrong(FILE, "its element is not an object");
        }
        return new DockerManifest(ImageJson.text(FILE, image, "Config"), tag(image), layers(image));
    }

    private static ImageTag tag(JsonNode image) {
        JsonNode tags = image.path("RepoTags");
        if (tags.isMissingNode() || tags.isNull() || tags.isArray() && tags.isEmpty()) {
            return ImageTag.NONE;
        }
        if (!tags.path(0).isTextual()) {
            throw ImageJson.wrong(FILE, "RepoTags is not an array of strings");
        }
        return ImageTag.ofTag(tags.path(0).textValue());
    }

    private static List<String> layers(JsonNode image) {
        JsonNode paths = image.path("Layers");
        if (!paths.isArray() || paths.isEmpty()) {
            throw ImageJson.wrong(FILE, "no Layers, expected an array of paths");
        }
        if (paths.size() > MAX_LAYERS) {
            throw ImageLimits.exceeded(FILE + ": number of layers", MAX_LAYERS, "");
        }
        List<String> layers = new ArrayList<>();
        for (JsonNode path : paths) {
            if (!path.isTextual()) {
                throw ImageJson.wrong(FILE, "Layers is not an array of strings");
            }
            layers.add(path.textValue());
        }
        return List.copyOf(layers);
    }
}
