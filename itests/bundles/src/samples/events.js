// Server-Sent Events: three of them, 200 ms apart, and the end of the stream.
mimikModule.exports = (context, request, response) => {
  response.setHeader('Content-Type', 'text/event-stream');
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader('Transfer-Encoding', 'chunked');

  const tick = (n) => {
    response.write(`data: ${JSON.stringify({ n })}\n\n`);
    if (n === 3) {
      response.end();
    } else {
      setTimeout(() => tick(n + 1), 200);
    }
  };
  tick(1);
};
