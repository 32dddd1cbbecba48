/** Management over HTTP: images and mims, health, and who the node is, as ordinary handlers of the gateway. */
package mimosa.admin;
