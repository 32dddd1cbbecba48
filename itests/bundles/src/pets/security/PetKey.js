const KEYS = { 'key-of-ada': 'Ada' };

module.exports = (req, definition, key, next) => {
  req.owner = KEYS[key];
  next(req.owner ? undefined : new Error(`no owner has the key ${key}`));
};
