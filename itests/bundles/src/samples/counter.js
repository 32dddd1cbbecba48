// Variables do not survive: the counter is 1 in every request.
let counter = 0;

mimikModule.exports = (context, request, response) => {
  counter += 1;
  response.end(JSON.stringify({ counter }));
};
