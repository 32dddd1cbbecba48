/** HTTP end points in Java: register a service that handles the requests below a path. */
@Export
@Version("1.0.0")
package mimosa.api.http;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
