package mimosa.storage;

import mimosa.api.storage.Item;

/** An item in its place. */
record Stored(long position, Item item) {}
