// Texts by name, kept in context.storage. The program runs anew for each request: what is set up here lives as long as
// one answer takes.
import Router from 'router';

const TAG = 'item';

mimikModule.exports = (context, request, response) => {
  const app = Router();
  const { storage, info } = context;

  app.get('/', (req, res) => {
    const names = [];
    storage.eachItemByTag(TAG, (name) => names.push(name));
    send(res, 200, { mim: info.serviceType, items: names });
  });

  app.get('/items/:name', (req, res) => {
    const text = storage.getItem(req.params.name);
    if (text === null) {
      sendError(res, 404, `no item '${req.params.name}'`);
    } else {
      send(res, 200, { name: req.params.name, text });
    }
  });

  app.put('/items/:name', (req, res) => {
    storage.setItemWithTag(req.params.name, req.body, TAG);
    console.log('kept', req.params.name);
    send(res, 200, { name: req.params.name, text: req.body });
  });

  app.delete('/items/:name', (req, res) => {
    storage.removeItem(req.params.name);
    send(res, 204);
  });

  app(request, response, (error) => {
    if (error) {
      throw error; // The runtime answers 500 and logs the stack.
    }
    sendError(response, 404, `no route for ${request.method} ${request.url}`);
  });
};

/**
 * @param {mimosa.Response} response
 * @param {number} status
 * @param {object} [value]
 */
function send(response, status, value) {
  response.statusCode = status;
  response.end(value === undefined ? '' : JSON.stringify(value));
}

function sendError(response, status, message) {
  send(response, status, { error: { code: status, message } });
}
