// The smallest mim. The runtime runs this file anew for each request and then calls the exported
// function; nothing but context.storage outlives the request.
mimikModule.exports = function (context, request, response) {
  var name;

  try {
    name = nameIn(request.url) || 'world';
  } catch (malformed) {
    answer(response, 400, { error: { code: 400, message: 'name is not valid percent-encoding' } });
    return;
  }

  answer(response, 200, {
    message: (context.env.GREETING || 'Hello') + ', ' + name + '!',
    mim: context.info.serviceType
  });
};

function nameIn(url) {
  var match = /[?&]name=([^&]*)/.exec(url);
  return match && decodeURIComponent(match[1]);
}

function answer(response, status, value) {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(value));
}
