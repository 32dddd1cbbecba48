package mimosa.runtime.image;

/**
 * One entry as its headers describe it; nothing about it has been checked.
 *
 * @param name as written in the archive
 * @param nameBytes length of the name in the archive
 * @param offset of the content in the archive
 * @param size of the content; 0 for what has none
 */
record TarEntry(String name, int nameBytes, Kind kind, long offset, long size) {
    enum Kind {
        FILE,
        DIRECTORY,
        /** Links, devices, pipes, sparse files and whatever else is not plain content. */
        SPECIAL
    }
}
