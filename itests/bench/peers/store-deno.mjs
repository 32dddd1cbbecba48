// What mims/store.js does, with Deno KV on a file. Arguments: port, file.
const ITEMS = 10000;
const [port, file] = Deno.args;
const kv = await Deno.openKv(file);
let turn = Promise.resolve();

// One after the other: commits that race for one key would mostly fail their check and be repeated.
function count(key) {
  const counted = turn.then(async () => {
    for (;;) {
      const entry = await kv.get(['count', key]);
      const next = (entry.value || 0) + 1;
      if ((await kv.atomic().check(entry).set(['count', key], next).commit()).ok) {
        return { key, count: next };
      }
    }
  });
  turn = counted.catch(() => {});
  return counted;
}

async function fill() {
  for (let i = 0; i < ITEMS; i += 500) {
    const batch = kv.atomic();
    for (let j = i; j < i + 500; j++) {
      const item = { id: j, name: `user ${j}`, age: j % 90, note: 'an item of the size that items often have' };
      batch.set(['users', j], item);
    }
    await batch.commit();
  }
  return { filled: ITEMS };
}

async function list(selector, options) {
  const items = [];
  for await (const entry of kv.list(selector, options)) {
    items.push(entry.value);
  }
  return items;
}

async function page() {
  const items = await list({ start: ['users', 5000], end: ['users', ITEMS] }, { limit: 20 });
  return { first: items[0].id, size: items.length, items };
}

// There are neither filters nor orders: everything is read.
async function query() {
  const all = (await list({ prefix: ['users'] }, { batchSize: 1000 })).filter((item) => item.age >= 18);
  const items = all.sort((a, b) => b.age - a.age).slice(2000, 2020);
  return { total: all.length, first: items[0].id, size: items.length, items };
}

const ROUTES = {
  count,
  fill,
  page,
  query,
  value: async (key) => ({ value: (await kv.get(['count', key])).value || 0 }),
};

Deno.serve({ hostname: '127.0.0.1', port: Number(port), onListen() {} }, async (request) => {
  const [, route, key] = new URL(request.url).pathname.split('/');
  return ROUTES[route] ? Response.json(await ROUTES[route](key)) : new Response('ready');
});
