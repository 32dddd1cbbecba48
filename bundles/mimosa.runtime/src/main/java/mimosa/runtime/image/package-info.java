/** Images: read from an upload with limits and without trust, and kept durably. */
package mimosa.runtime.image;
