// POST keeps 30 users of ages 1 to 30; GET /<offset> gives ten of the adults, oldest first, and how many there are.
mimikModule.exports = ({ storage }, request, response) => {
  if (request.method === 'POST') {
    Array.from({ length: 30 }, (unused, i) => ({ name: `user ${i + 1}`, age: i + 1 }))
      .forEach((user) => storage.setItemWithTag(user.name, JSON.stringify(user), 'users'));
    response.end();
    return;
  }
  const options = {
    tag: 'users',
    filters: [{ jsonPath: '$.age', comparisonOperator: '>', value: '18' }],
    orderBy: [{ jsonPath: '$.age', order: -1 }],
  };
  storage.getJsonItemsPaginated(Number(request.url.slice(1)), 10, (users, total) => {
    response.end(JSON.stringify({ ages: users.map(({ age }) => age), total }));
  }, options);
};
