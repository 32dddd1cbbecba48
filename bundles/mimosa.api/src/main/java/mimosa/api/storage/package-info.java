/** The durable key-value store of each mim. */
@Export
@Version("1.0.0")
package mimosa.api.storage;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
