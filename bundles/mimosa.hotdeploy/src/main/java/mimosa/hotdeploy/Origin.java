package mimosa.hotdeploy;

import mimosa.api.mim.Mim;
import mimosa.api.mim.Source;

/**
 * Where a mim of the folder came from, as it is kept with the mim: the image's file name and, when there is a sidecar,
 * what was in it. So a restarted node knows without any file of its own what it has deployed.
 *
 * @param file name of the image
 * @param sidecar digest of the sidecar; empty when there is none
 */
record Origin(String file, String sidecar) {
    /** Not to be found in a file name. */
    private static final char SEPARATOR = '/';

    static Origin of(String text) {
        int separator = text.indexOf(SEPARATOR);
        return separator < 0
                ? new Origin(text, "")
                : new Origin(text.substring(0, separator), text.substring(separator + 1));
    }

    /** The file that a mim came from; {@code null} when it did not come from the folder. */
    static String fileOf(Mim mim) {
        return mim.source() == Source.FOLDER && mim.origin() != null
                ? of(mim.origin()).file()
                : null;
    }

    @Override
    public String toString() {
        return sidecar.isEmpty() ? file : file + SEPARATOR + sidecar;
    }
}
