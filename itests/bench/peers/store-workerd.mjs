// What mims/store.js does, with Durable Objects: each counter is one, and all items are in one.
import { DurableObject } from 'cloudflare:workers';

const ITEMS = 10000;
const QUERY = `FROM items WHERE tag = 'users' AND json_extract(value, '$.age') >= 18`;

export class Store extends DurableObject {
  async fetch(request) {
    const [, route, key] = new URL(request.url).pathname.split('/');
    return Response.json(await this[route](this.ctx.storage, key));
  }

  async count(storage, key) {
    const next = ((await storage.get('count')) || 0) + 1;
    storage.put('count', next); // Not awaited: the answer waits for it.
    return { key, count: next };
  }

  async value(storage) {
    return { value: (await storage.get('count')) || 0 };
  }

  fill(storage) {
    storage.sql.exec('CREATE TABLE items (id INTEGER PRIMARY KEY, tag TEXT, value TEXT)');
    storage.sql.exec('CREATE INDEX tags ON items (tag)');
    for (let i = 0; i < ITEMS; i++) {
      const item = { id: i, name: `user ${i}`, age: i % 90, note: 'an item of the size that items often have' };
      storage.put(`users/${String(i).padStart(6, '0')}`, item);
      storage.sql.exec('INSERT INTO items VALUES (?, ?, ?)', i, 'users', JSON.stringify(item));
    }
    return { filled: ITEMS };
  }

  async page(storage) {
    const items = [...(await storage.list({ prefix: 'users/', start: 'users/005000', limit: 20 })).values()];
    return { first: items[0].id, size: items.length, items };
  }

  query(storage) {
    const total = storage.sql.exec(`SELECT count(*) AS total ${QUERY}`).one().total;
    const items = storage.sql
      .exec(`SELECT value ${QUERY} ORDER BY json_extract(value, '$.age') DESC, id LIMIT 20 OFFSET 2000`)
      .toArray()
      .map((row) => JSON.parse(row.value));
    return { total, first: items[0].id, size: items.length, items };
  }
}

export default {
  fetch(request, env) {
    const [, route, key] = new URL(request.url).pathname.split('/');
    if (!['count', 'value', 'fill', 'page', 'query'].includes(route)) {
      return new Response('ready');
    }
    return env.STORE.get(env.STORE.idFromName(key || 'items')).fetch(request);
  },
};
