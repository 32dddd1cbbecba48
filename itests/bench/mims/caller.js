// Passes on what another mim of the same node answers.
mimikModule.exports = function (context, request, response) {
  context.http.request({
    url: '127.0.0.1:' + context.info.httpPort + '/api/callee/v1' + request.url,
    success: function (result) {
      response.setHeader('Content-Type', 'application/json');
      response.end(result.data);
    },
    error: function (failure) {
      response.statusCode = 502;
      response.end(JSON.stringify({ error: failure.message }));
    },
  });
};
