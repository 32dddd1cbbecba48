/** What stands in for the rest of the node in unit tests: a request, a store, outbound HTTP, a budget, all in memory. */
package mimosa.testing;
