package mimosa.runtime;

import mimosa.runtime.image.ImageContent;

/** An image that is about to be deployed, just uploaded or kept before. */
record Candidate(String name, String version, String digest, ImageContent content) {}
