// POST keeps the body as item 'data', GET reads it back in another request, DELETE removes it.
mimikModule.exports = ({ storage }, request, response) => {
  const actions = {
    POST: () => storage.setItem('data', JSON.stringify(request.body)),
    DELETE: () => storage.removeItem('data'),
  };
  if (actions[request.method]) {
    actions[request.method]();
  }
  const value = storage.getItem('data');
  response.end(value === null ? 'nothing' : JSON.parse(value));
};
