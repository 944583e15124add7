import { etagOf } from '../respond.ts';
import { type AnyRoute, route } from '../route.ts';

export const DOCUMENT_PATH = '/api/v1/openapi.json';

/**
 * The route that serves the API document of the routes, itself among them. It is written when somebody first asks for it:
 * a process that starts has more urgent things to do.
 */
export function documentRoute(routes: () => readonly AnyRoute[]): AnyRoute {
  let written: ReturnType<typeof write> | undefined;
  return route({
    method: 'get',
    path: DOCUMENT_PATH,
    permission: 'public',
    access: 'public',
    summary: 'This document',
    tag: 'documentation',
    answers: { 200: { description: 'OpenAPI 3.1' } },
    async handle() {
      written ??= write(routes()).catch((error) => {
        written = undefined;
        throw error;
      });
      const { body, etag } = await written;
      return { status: 200, body, etag, headers: { 'Cache-Control': 'public, max-age=60' } };
    },
  });
}

async function write(routes: readonly AnyRoute[]) {
  const { describeApi } = await import('./document.ts');
  const body = Buffer.from(JSON.stringify(describeApi(routes)));
  return { body, etag: etagOf(body) };
}
