/**
 * Meters what each instance of a mim uses and ends those that use too much.
 *
 * <pre>
 *   NodeQuotas (one a node: configuration, timer, heap guard)
 *     Slots (one a mim)  &lt;- BundleQuotas (the service, one a mim's bundle)
 *       MeteredBudget (one an instance)
 * </pre>
 */
package mimosa.quota;
