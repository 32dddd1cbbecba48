/** Mims and images: the one way in for REST, the deploy folder, the shell and the command line. */
@Export
@Version("1.0.0")
package mimosa.api.mim;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
