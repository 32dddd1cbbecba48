// What a mim computes without asking anybody: a long string from short ones, and JSON both ways.
var n = 0;

function strings() {
  var text = '';
  for (var i = 0; i < 20000; i++) {
    text += 'item ' + i + ';';
  }
  return text.replace(/item /g, '#').split(';').join('').length;
}

function json() {
  var users = [];
  for (var i = 0; i < 1000; i++) {
    users.push({ id: i, name: 'user ' + i, tags: ['a', 'b', 'c'], address: { street: i + ' Main Street', zip: null } });
  }
  return JSON.parse(JSON.stringify(users)).reduce(function (sum, user) {
    return sum + user.id + user.tags.length;
  }, 0);
}

mimikModule.exports = function (context, request, response) {
  n += 1;
  var result = request.url === '/json' ? json() : strings();
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ result: result, n: n }));
};
