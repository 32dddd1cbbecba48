// A REST service in modern JavaScript: webpack and babel turn it into one ES5 file, and core-js
// brings the library functions that an ES5 engine lacks (see babel.config.js).
import Router from 'router';
import routes from './routes';
import { sendError } from './answers';

mimikModule.exports = (context, request, response) => {
  const app = Router();
  app.use(routes(context));
  app(request, response, (error) => finish(error, request, response));
};

// Reached when no route matched, or with what a route has thrown.
function finish(error, request, response) {
  if (!error) {
    sendError(response, 404, `no route for ${request.method} ${request.url}`);
  } else if (error.status) {
    sendError(response, error.status, error.message);
  } else if (error.name === 'QuotaExceededError') {
    sendError(response, 507, error.message);
  } else {
    // A defect: the runtime answers 500 and logs the stack with the lines of these sources.
    throw error;
  }
}
