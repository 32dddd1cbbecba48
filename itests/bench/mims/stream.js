// Server-sent events: one at once, the last one after as many milliseconds as the path says.
mimikModule.exports = function (context, request, response) {
  response.setHeader('Content-Type', 'text/event-stream');
  response.write('data: first\n\n');
  setTimeout(function () {
    response.end('data: last\n\n');
  }, Number(request.url.split('/')[1]));
};
