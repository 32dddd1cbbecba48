/** Small files that survive a crash: written whole or not at all, and durable when the call returns. */
package mimosa.runtime.file;
