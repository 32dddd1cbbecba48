/**
 * Outbound HTTP on Jetty's client.
 *
 * <pre>
 *   JettyHttpClient.send -> JettyCall -> one Jetty request a hop
 *                             Target           what the URL means
 *                             RequestHeaders   what may be sent
 *                             GuardedResolver  names to addresses, asking the AddressPolicy, before a socket is dialled
 *                             Failures         what went wrong, in plain words
 * </pre>
 */
package mimosa.client;
