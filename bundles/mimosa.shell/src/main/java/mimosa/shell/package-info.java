/** The commands {@code mim:*} of the Gogo shell. */
package mimosa.shell;
