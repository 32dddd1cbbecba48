// A mim laid out as the public generator of swagger middleware does it: handler, middleware, controllers.
import { init } from '@mimik/edge-ms-helper/init-helper';
import swaggerMiddleware from './generated/pets-swagger-mw';

mimikModule.exports = init(swaggerMiddleware);
