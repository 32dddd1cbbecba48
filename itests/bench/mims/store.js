// What a mim does with its storage: a counter, pages, queries.
var ITEMS = 10000;

function each(count, callback) {
  for (var i = 0; i < count; i++) {
    callback(i);
  }
}

function fill(storage) {
  storage.lockExecute(function () {
    each(ITEMS, function (i) {
      var item = { id: i, name: 'user ' + i, age: i % 90, note: 'an item of the size that items often have' };
      storage.setItemWithTag('user' + i, JSON.stringify(item), 'users');
    });
  });
  return { filled: ITEMS };
}

function page(storage, offset, options) {
  var answer;
  storage.getJsonItemsPaginated(offset, 20, function (items, total) {
    answer = { total: total, first: items[0].id, size: items.length, items: items };
  }, options);
  return answer;
}

function count(storage, key) {
  return storage.lockExecute(function () {
    var next = Number(storage.getItem(key) || 0) + 1;
    storage.setItem(key, String(next));
    return { key: key, count: next };
  });
}

function answer(storage, parts) {
  switch (parts[1]) {
    case 'count':
      return count(storage, parts[2]);
    case 'value':
      return { value: Number(storage.getItem(parts[2]) || 0) };
    case 'fill':
      return fill(storage);
    case 'page':
      return page(storage, 5000, { tag: 'users' });
    case 'query':
      return page(storage, 2000, {
        tag: 'users',
        filters: [{ jsonPath: '$.age', comparisonOperator: '>=', value: '18' }],
        orderBy: [{ jsonPath: '$.age', order: -1 }],
      });
    default:
      return { error: 'no route' };
  }
}

mimikModule.exports = function (context, request, response) {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(answer(context.storage, request.url.split('/'))));
};
