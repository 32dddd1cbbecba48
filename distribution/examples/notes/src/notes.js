// Notes in context.storage: one item a note, key "note:<id>", its tag being the tag of the note.

const PREFIX = 'note:';
const COUNTER = 'lastId';

export default function Notes(storage) {
  const keyOf = (id) => `${PREFIX}${id}`;
  const exists = (id) => storage.getItem(keyOf(id)) !== null;

  function put(note) {
    storage.setItemWithTag(keyOf(note.id), JSON.stringify(note), note.tag);
    return note;
  }

  // The counter is an item too.
  function collected(each) {
    const found = [];
    each((key, value) => {
      if (key.startsWith(PREFIX)) {
        found.push(JSON.parse(value));
      }
    });
    return found;
  }

  return {
    all() {
      return collected((callback) => storage.eachItem(callback));
    },

    tagged(tag) {
      return collected((callback) => storage.eachItemByTag(tag, callback));
    },

    /** How many notes each tag has. */
    tags() {
      const counts = new Map();
      this.all().forEach(({ tag }) => counts.set(tag, (counts.get(tag) || 0) + 1));
      counts.delete('');
      return Array.from(counts, ([tag, notes]) => ({ tag, notes }));
    },

    get(id) {
      return JSON.parse(storage.getItem(keyOf(id)));
    },

    /** Counter and note change together, or not at all; requests running in parallel wait here. */
    add({ text, tag }) {
      return storage.lockExecute(() => {
        const id = Number(storage.getItem(COUNTER)) + 1;
        storage.setItem(COUNTER, id);
        return put({ id, text, tag });
      });
    },

    /** Under the lock, so that a note removed meanwhile does not come back. */
    replace(id, { text, tag }) {
      return storage.lockExecute(() => (exists(id) ? put({ id: Number(id), text, tag }) : null));
    },

    remove(id) {
      return storage.lockExecute(() => {
        const existed = exists(id);
        storage.removeItem(keyOf(id));
        return existed;
      });
    },

    removeTagged(tag) {
      storage.removeItemsByTag(tag);
    },
  };
}
