// Express in front of the bundle, which keeps its state. Arguments: port, bundle, folder of the packages.
'use strict';

const fs = require('fs');
const path = require('path');
const { handle } = require('./mim');

const [port, bundle, packages] = process.argv.slice(2);
const express = require(path.join(packages, 'express'));
const mimikModule = {};
new Function('mimikModule', fs.readFileSync(bundle, 'utf8'))(mimikModule);

const app = express();
app.disable('x-powered-by');
app.use((request, response) => {
  handle(mimikModule.exports, request.method, request.url, '', (status, headers, body) => {
    response.status(status).set(headers).send(body);
  });
});
app.listen(Number(port), '127.0.0.1');
