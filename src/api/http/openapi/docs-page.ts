import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { requestContextOf } from '../request-context.ts';
import { DOCUMENT_PATH } from './document-route.ts';

const PATH = '/api/v1/docs';
/** Only the files that the page needs: the package also contains a demo page of another API. */
const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];
const FOLDER = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>VCEcom API</title>
    <link rel="stylesheet" href="${PATH}/swagger-ui.css">
    <link rel="icon" type="image/png" href="${PATH}/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="${PATH}/swagger-ui-bundle.js"></script>
    <script src="${PATH}/start.js"></script>
  </body>
</html>
`;
const script = `SwaggerUIBundle({ url: '${DOCUMENT_PATH}', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;

/** Serves the interactive API reference, from this server alone: no CDN, no inline script. */
export function docsRouter(): express.Router {
  const router = express.Router({ caseSensitive: true });
  router.get(PATH, (_request, response) => {
    requestContextOf(response).route = PATH;
    response.set('Content-Security-Policy', POLICY).type('html').end(page);
  });
  router.get(`${PATH}/start.js`, (_request, response) => {
    requestContextOf(response).route = `${PATH}/start.js`;
    response.type('js').end(script);
  });
  for (const file of FILES) {
    router.get(`${PATH}/${file}`, (_request, response) => {
      requestContextOf(response).route = `${PATH}/${file}`;
      // `root` limits the dotfile check to the file name: the repository itself may lie inside a dot folder.
      response.set('Cache-Control', 'public, max-age=86400');
      response.sendFile(file, { root: FOLDER, acceptRanges: false });
    });
  }
  return router;
}
