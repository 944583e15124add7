import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import packageFacts from '../../package.json' with { type: 'json' };
import { components } from './openapi/components.ts';
import { describeRoute } from './openapi/operation.ts';
import { etagOf } from './respond.ts';
import { type AnyRoute, route } from './route.ts';

export const DOCUMENT_PATH = '/api/v1/openapi.json';

/** The OpenAPI 3.1 document of the routes, from the same schemas that validate their requests. */
export function describeApi(routes: readonly AnyRoute[]): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const { facts } of routes) {
    paths[facts.path] = { ...paths[facts.path], [facts.method]: describeRoute(facts) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'VCEcom',
      version: packageFacts.version,
      description:
        'Headless commerce. Money is an integer in minor units (paise); times are RFC 3339 in UTC; ids are UUIDv7.',
      license: { name: packageFacts.license, identifier: packageFacts.license },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ facts }) => facts.tag))].map((name) => ({ name })),
    paths,
    components,
  });
}

/** The route that serves the document: it is one of the routes described, so the bytes are published afterwards, once. */
export function documentRoute(): { route: AnyRoute; publish(document: object): void } {
  let bytes = Buffer.alloc(0);
  let etag = '';
  return {
    publish(document) {
      bytes = Buffer.from(JSON.stringify(document));
      etag = etagOf(bytes);
    },
    route: route({
      method: 'get',
      path: DOCUMENT_PATH,
      permission: 'public',
      access: 'public',
      summary: 'This document',
      tag: 'documentation',
      answers: { 200: { description: 'OpenAPI 3.1' } },
      handle: () =>
        Promise.resolve({ status: 200, body: bytes, etag, headers: { 'Cache-Control': 'public, max-age=60' } }),
    }),
  };
}
