// Asks another mim of the same node and passes its answer on; an answer of 400 and more arrives in error.
mimikModule.exports = (context, request, response) => {
  context.http.request({
    type: 'GET',
    url: `http://127.0.0.1:${context.info.httpPort}/api/routes/v1${request.url}`,
    success: (result) => {
      response.end(JSON.stringify({ status: result.status, data: JSON.parse(result.data) }));
    },
    error: (error) => {
      response.statusCode = 502;
      response.end(JSON.stringify({ status: error.status, said: JSON.parse(error.content).message }));
    },
  });
};
