package mimosa.runtime;

import mimosa.api.quota.Limits;

/** Has a mim loaded that sleeps: one that could serve, but has not been asked for since the node started. */
interface Waking {
    /** What its requests may take. */
    Limits limits(MimRecord record);

    /** Sees to it that the mim serves soon or fails; returns at once. */
    void wake(MimHandle mim);
}
