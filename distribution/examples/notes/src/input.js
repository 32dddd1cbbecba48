import { httpError } from './answers';

const MAX_TEXT = 10000;
const MAX_TAG = 64;

/** Reads and checks the body of a request: `{text, tag?}`. */
export function noteFrom(body) {
  const input = parsed(body);
  if (input === null || typeof input !== 'object' || Array.isArray(input)) {
    throw httpError(400, 'the body must be a JSON object {"text", "tag"?}');
  }
  const { text, tag = '' } = input;
  if (typeof text !== 'string' || text === '' || text.length > MAX_TEXT) {
    throw httpError(400, `text must be a string of 1 to ${MAX_TEXT} characters`);
  }
  if (typeof tag !== 'string' || tag.length > MAX_TAG) {
    throw httpError(400, `tag must be a string of at most ${MAX_TAG} characters`);
  }
  return { text, tag };
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch (malformed) {
    throw httpError(400, `the body is not JSON: ${malformed.message}`);
  }
}
