/** The one exception that every Mimosa contract throws, with the kind that decides what a client is answered. */
@Export
@Version("1.0.0")
package mimosa.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
