// Makes src/pets/generated/pets-swagger-mw.js; src/pets/pets.yml says when and how.
'use strict';

const path = require('path');
const { createAndInitMiddleware } = require('@mimik/swagger-mw-codegen');

const OUTPUT = path.join(__dirname, 'src', 'pets', 'generated');

createAndInitMiddleware({
  api: {
    name: 'pets',
    swagger: path.join(__dirname, 'src', 'pets', 'pets.yml'),
    controllerPath: '../controllers',
    securityHandlerPath: '../security',
    outputPath: OUTPUT,
  },
});
