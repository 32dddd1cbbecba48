package mimosa.quota;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;
import mimosa.api.quota.Quotas;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * One bundle's view of the node's quotas. Giving it back ends nothing: instances that were let in run to their own end
 * and count until then.
 */
@Component(service = Quotas.class, scope = ServiceScope.BUNDLE)
public final class BundleQuotas implements Quotas {
    private final NodeQuotas node;
    private final Slots slots;

    @Activate
    public BundleQuotas(@Reference NodeQuotas node, ComponentContext context) {
        this(node, context.getUsingBundle().getSymbolicName());
    }

    BundleQuotas(NodeQuotas node, String owner) {
        this.node = node;
        slots = node.open(owner);
    }

    @Deactivate
    void close() {
        slots.viewClosed();
        node.forgetUnused(slots.owner());
    }

    @Override
    public Limits limits(Map<String, String> env) {
        return node.limits(env);
    }

    @Override
    public CompletionStage<Budget> enter(Limits limits) {
        return slots.enter(limits);
    }
}
