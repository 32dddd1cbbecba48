// Several routes in one mim: GET, POST and DELETE /users, a nested router, and 404 for everything else.
import Router from 'router';

const app = Router();
const admin = Router();

const send = (response, status, value) => {
  response.statusCode = status;
  response.end(JSON.stringify(value));
};

app.get('/users/:id', (request, response) => send(response, 200, { id: request.params.id }));

app.post('/users', (request, response) => send(response, 201, { created: JSON.parse(request.body).name }));

app.delete('/users/:id', (request, response) => send(response, 200, { deleted: request.params.id }));

admin.get('/status', (request, response) => send(response, 200, { status: 'fine', below: request.baseUrl }));
app.use('/admin', admin);

mimikModule.exports = (context, request, response) => {
  app(request, response, () => send(response, 404, { message: `no ${request.method} ${request.url}` }));
};
