package mimosa.api.engine;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Runs programs of one kind. Register it as a service with the property {@link #NAME}, from a bundle that provides the
 * capability {@code mimosa.engine} with the same name; mims require that capability.
 */
@ConsumerType
public interface Engine {
    /** Service property and capability: {@code js}, {@code wasm}. */
    String NAME = "mimosa.engine";

    /**
     * Parses, compiles and checks a program, once per deployment. Called by a thread that may block; bounded in time by
     * the engine itself.
     *
     * @throws mimosa.api.MimosaException of kind {@code INVALID} with the message for the program's author
     */
    Program load(Payload payload);
}
