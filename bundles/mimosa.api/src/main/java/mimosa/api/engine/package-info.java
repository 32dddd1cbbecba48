/** What runs the program of a mim, and everything that a running program can reach. */
@Export
@Version("1.0.0")
package mimosa.api.engine;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
