const Router = require('router');
const queryString = require('query-string');
const parseUrl = require('parseurl');
const { validate } = require('jsonschema');

const pets = require('../controllers/pets.js');

const PetKey = require('../security/PetKey.js');

const securityHandlers = {
  PetKey,
};

const mw = Router();

const safeJsonParse = (body) => {
  if (!body || body === '') {
    return {};
  }

  try {
    const instance = JSON.parse(body);
    return instance;
  } catch (e) {
    return {};
  }
};

const swaggerPreParse = (opt) => (req, res, next) => {
  /* eslint-disable */
  /* eslint-disable */
  const swaggerInfo = {
  "title": "pets",
  "version": "1.0.0"
};
  /* eslint-enable */
  /* eslint-enable */

  req.swagger = {};
  req.swagger.info = swaggerInfo;

  if (!req._query) {
    parseUrl(req);
    req._query = queryString.parse(req._parsedUrl.query) || {};
  }

  next();
};

const swaggerParams = params => (req, res, next) => {
  try {
    req.swagger.params = params.reduce((acc, p) => {
      const {
        in: inType, name, hasSchema, required, schema,
      } = p;
      if (inType === 'body') {
        const { body } = req;
        try {
          if (hasSchema) {
            const instance = safeJsonParse(body);
            validate(instance, schema, { throwError: true });
            acc[name] = instance;
          } else {
            acc[name] = body;
          }
        } catch (e) {
          const err = new Error(e.message);
          err.code = 400;
          throw err;
        }
      } else if (inType === 'path') {
        acc[name] = req.params[name];
      } else if (inType === 'query') {
        acc[name] = req._query[name];
      }

      if (required && !acc[name]) {
        const err = new Error(`${name} is required`);
        err.code = 400;
        throw err;
      }
      return acc;
    }, {});
  } catch (e) {
    return next(e);
  }

  return next();
};

const swaggerSecurities = securities => {
  /* eslint-disable */
  const securityDefinitions = {
  "PetKey": {
    "type": "apiKey",
    "in": "header",
    "name": "X-Pet-Key"
  }
};
  /* eslint-enable */

  const securityRouter = Router();

  securities.forEach((sec, secIndex) => {
    const handle = (req, res, next) => {
      const name = Object.keys(sec)[0];
      const authOrSecDef = securityDefinitions[name];
      const { type, name: apiKeyName, in: inType } = authOrSecDef;
      const getApiKey = () => (inType === 'header'
        ? req.headers[apiKeyName]
        : req._query[apiKeyName]);

      const scopesOrApiKey = type === 'apiKey' ? getApiKey() : sec[name];

      const nextError = (err) => {
        if (err && !err.code) {
          err.code = 403;
        }

        next(err);
      };

      securityHandlers[name](req, authOrSecDef, scopesOrApiKey, nextError);
    };

    if (secIndex === 0) {
      securityRouter.use((req, res, next) => handle(req, res, next));
    } else {
      securityRouter.use((err, req, res, next) => handle(req, res, next));
    }
  });

  return securityRouter;
};

function notImplemented(operationId) {
  return () => {
    const err = new Error(`operation: '${operationId}' not implemented`);
    err.code = 501;
    throw err;
  };
}

/* eslint-disable */
const listPetsParams = [
  {
    "in": "query",
    "name": "kind",
    "type": "string",
    "required": true,
    "hasSchema": false,
    "schema": {
      "type": "string"
    }
  }
];
const listPetsSecurities = [];

mw.get(
  '/pets',
  swaggerPreParse(),
  swaggerSecurities(listPetsSecurities),
  swaggerParams(listPetsParams),
  (pets && pets.listPets)
    || notImplemented('listPets'),
);
/* eslint-enable */
/* eslint-disable */
const addPetParams = [
  {
    "in": "body",
    "name": "pet",
    "required": true,
    "hasSchema": true,
    "schema": {
      "type": "object",
      "required": [
        "name",
        "kind"
      ],
      "properties": {
        "name": {
          "type": "string",
          "minLength": 1
        },
        "kind": {
          "type": "string",
          "enum": [
            "cat",
            "dog"
          ]
        },
        "age": {
          "type": "integer",
          "minimum": 0
        }
      }
    }
  }
];
const addPetSecurities = [];

mw.post(
  '/pets',
  swaggerPreParse(),
  swaggerSecurities(addPetSecurities),
  swaggerParams(addPetParams),
  (pets && pets.addPet)
    || notImplemented('addPet'),
);
/* eslint-enable */
/* eslint-disable */
const getPetParams = [
  {
    "in": "path",
    "name": "id",
    "type": "string",
    "required": true,
    "hasSchema": false,
    "schema": {
      "type": "string"
    }
  }
];
const getPetSecurities = [];

mw.get(
  '/pets/:id',
  swaggerPreParse(),
  swaggerSecurities(getPetSecurities),
  swaggerParams(getPetParams),
  (pets && pets.getPet)
    || notImplemented('getPet'),
);
/* eslint-enable */
/* eslint-disable */
const removePetParams = [
  {
    "in": "path",
    "name": "id",
    "type": "string",
    "required": true,
    "hasSchema": false,
    "schema": {
      "type": "string"
    }
  }
];
const removePetSecurities = [];

mw.delete(
  '/pets/:id',
  swaggerPreParse(),
  swaggerSecurities(removePetSecurities),
  swaggerParams(removePetParams),
  (pets && pets.removePet)
    || notImplemented('removePet'),
);
/* eslint-enable */
/* eslint-disable */
const getOwnerParams = [];
const getOwnerSecurities = [
  {
    "PetKey": []
  }
];

mw.get(
  '/owner',
  swaggerPreParse(),
  swaggerSecurities(getOwnerSecurities),
  swaggerParams(getOwnerParams),
  (pets && pets.getOwner)
    || notImplemented('getOwner'),
);
/* eslint-enable */

/* eslint-disable */
mw.use((err, req, res, next) => {
  const { code, message } = err;
  res.statusCode = code || 500;
  const json = JSON.stringify({
    code,
    message,
  });

  res.end(json);
});
/* eslint-enable */

module.exports = mw;
