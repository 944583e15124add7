import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import packageFacts from '../../../../package.json' with { type: 'json' };
import type { AnyRoute } from '../route.ts';
import { components } from './components.ts';
import { describeRoute } from './operation.ts';

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
