// What is in the storage survives: 1, 2, 3 and so on.
mimikModule.exports = ({ storage }, request, response) => {
  const counter = parseInt(storage.getItem('counter') || '0', 10) + 1;
  storage.setItem('counter', counter.toString());
  response.end(JSON.stringify({ counter }));
};
