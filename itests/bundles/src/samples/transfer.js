// POST /<amount> moves money from a to b, all or nothing: what cannot be paid changes neither. GET shows both.
mimikModule.exports = ({ storage }, request, response) => {
  const balance = (account) => Number(storage.getItem(account) || (account === 'a' ? 100 : 0));
  const transfer = (amount) => storage.lockExecute(() => {
    storage.setItem('b', String(balance('b') + amount));
    storage.setItem('a', String(balance('a') - amount));
    if (balance('a') < 0) {
      throw new Error(`a has not got ${amount}`);
    }
    return balance('b');
  });

  if (request.method === 'POST') {
    try {
      transfer(Number(request.url.slice(1)));
    } catch (error) {
      response.statusCode = 409;
      response.end(JSON.stringify({ message: error.message }));
      return;
    }
  }
  response.end(JSON.stringify({ a: balance('a'), b: balance('b') }));
};
