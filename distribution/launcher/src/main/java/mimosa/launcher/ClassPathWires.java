package mimosa.launcher;

import java.util.Collection;
import org.osgi.framework.Constants;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Has bundles of the class path import packages from each other only. Whatever else offers the same packages, they would
 * get the classes of the class path, and a wire to somewhere else would hide services from them.
 */
final class ClassPathWires implements ResolverHook {
    @Override
    public void filterMatches(BundleRequirement requirement, Collection<BundleCapability> candidates) {
        if (requirement.getNamespace().equals(PackageNamespace.PACKAGE_NAMESPACE)
                && ClassPathBundles.isOnClassPath(requirement.getRevision().getBundle())) {
            candidates.removeIf(candidate -> isForeign(candidate.getRevision()));
        }
    }

    private static boolean isForeign(BundleRevision revision) {
        return revision.getBundle().getBundleId() != Constants.SYSTEM_BUNDLE_ID
                && !ClassPathBundles.isOnClassPath(revision.getBundle());
    }

    @Override
    public void filterResolvable(Collection<BundleRevision> candidates) {
        // All of them.
    }

    @Override
    public void filterSingletonCollisions(BundleCapability singleton, Collection<BundleCapability> collisions) {
        // They collide as ever.
    }

    @Override
    public void end() {
        // Nothing is kept of a resolution.
    }
}
