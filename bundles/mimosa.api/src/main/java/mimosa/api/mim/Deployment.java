package mimosa.api.mim;

import java.util.Map;

/**
 * What is to be deployed, and how.
 *
 * @param clientId {@code null} for the default client
 * @param name of the mim; {@code null} for the image's name
 * @param image name, {@code name:version} or id of an image of the same client
 * @param env variables: strings, numbers and booleans; {@code null} removes a default of the image; anything else is
 *     refused
 * @param id the id the caller believes the mim has (an edited answer of a list), or {@code null}
 * @param source who deploys
 * @param origin where it came from, such as a file name in the deploy folder; {@code null} when there is no such thing
 */
public record Deployment(
        String clientId, String name, String image, Map<String, Object> env, String id, Source source, String origin) {}
