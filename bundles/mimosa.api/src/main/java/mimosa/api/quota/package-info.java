/** Execution budgets: how long, how much and how many at a time a mim may run. */
@Export
@Version("1.0.0")
package mimosa.api.quota;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
