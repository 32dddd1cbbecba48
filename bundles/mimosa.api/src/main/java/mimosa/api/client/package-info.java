/** Outbound HTTP for mims, with limits and an address policy. */
@Export
@Version("1.0.0")
package mimosa.api.client;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
