import { etagOf } from '../respond.ts';
import { type AnyRoute, route } from '../route.ts';

export const DOCUMENT_PATH = '/api/v1/openapi.json';

/**
 * The route that serves the API document of all routes, including itself. The first request generates the document, so
 * that it does not delay the start of the process.
 */
export function documentRoute(routes: () => readonly AnyRoute[]): AnyRoute {
  let generated: ReturnType<typeof generate> | undefined;
  return route({
    method: 'get',
    path: DOCUMENT_PATH,
    permission: 'public',
    access: 'public',
    summary: 'Get the OpenAPI document',
    tag: 'documentation',
    answers: { 200: { description: 'OpenAPI 3.1' } },
    async handle() {
      generated ??= generate(routes()).catch((error) => {
        generated = undefined;
        throw error;
      });
      const { body, etag } = await generated;
      return { status: 200, body, etag, headers: { 'Cache-Control': 'public, max-age=60' } };
    },
  });
}

async function generate(routes: readonly AnyRoute[]) {
  const { describeApi } = await import('./document.ts');
  const body = Buffer.from(JSON.stringify(describeApi(routes)));
  return { body, etag: etagOf(body) };
}
