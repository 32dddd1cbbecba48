import Router from 'router';
import parseUrl from 'parseurl';
import queryString from 'query-string';
import Notes from './notes';
import { httpError, send } from './answers';
import { noteFrom } from './input';

export default function routes({ storage, info }) {
  const app = Router();
  const notes = Notes(storage);

  app.use(readQuery);

  app.get('/notes', (request, response) => {
    const { tag } = request.query;
    send(response, 200, tag === undefined ? notes.all() : notes.tagged(oneTag(tag)));
  });

  app.post('/notes', (request, response) => {
    const note = notes.add(noteFrom(request.body));
    response.setHeader('Location', `${info.apiRoot}/notes/${note.id}`);
    send(response, 201, note);
  });

  app.get('/notes/:id', (request, response) => {
    send(response, 200, found(notes.get(request.params.id), request));
  });

  app.put('/notes/:id', (request, response) => {
    send(response, 200, found(notes.replace(request.params.id, noteFrom(request.body)), request));
  });

  app.delete('/notes/:id', (request, response) => {
    found(notes.remove(request.params.id), request);
    send(response, 204);
  });

  app.get('/tags', (request, response) => send(response, 200, notes.tags()));

  app.get('/tags/:tag', (request, response) => send(response, 200, notes.tagged(request.params.tag)));

  app.delete('/tags/:tag', (request, response) => {
    notes.removeTagged(request.params.tag);
    send(response, 204);
  });

  return app;
}

// The runtime leaves the query in the URL; what to make of it is the mim's choice.
function readQuery(request, response, next) {
  request.query = queryString.parse(parseUrl(request).query);
  next();
}

function oneTag(tag) {
  if (typeof tag !== 'string') {
    throw httpError(400, 'tag may be given once, as ?tag=<tag>');
  }
  return tag;
}

function found(note, request) {
  if (!note) {
    throw httpError(404, `no note '${request.params.id}'`);
  }
  return note;
}
