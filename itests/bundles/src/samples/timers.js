// Answers at once, and a timer writes to the storage 300 ms later; GET /seen says whether it has.
mimikModule.exports = ({ storage }, request, response) => {
  if (request.url === '/seen') {
    response.end(String(storage.getItem('delayed')));
    return;
  }
  const cancelled = setTimeout(() => storage.setItem('delayed', 'by a cancelled timer'), 100);
  clearTimeout(cancelled);
  setTimeout(() => storage.setItem('delayed', 'true'), 300);
  response.end('soon');
};
