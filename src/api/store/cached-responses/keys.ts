import { createHash } from 'node:crypto';
import { isUuid } from '../../../infra/ids.ts';
import type { ProductListRequest } from '../catalogue/list/product-list.ts';

/** The slug of a product, bundle or collection in a URL. */
export const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
export const MAX_SLUG_LENGTH = 160;

/** Parses an id or a slug; undefined for any other text, so that cache keys contain no free text. */
export function idOrSlugOf(text: string): { id: string } | { slug: string } | undefined {
  if (isUuid(text)) return { id: text.toLowerCase() };
  return text.length <= MAX_SLUG_LENGTH && SLUG.test(text) ? { slug: text } : undefined;
}

/** A hash of the request: independent of the order of its fields, and without readable user input. */
export const nameOf = (request: object): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(request).filter(isGiven).sort()))
    .digest('base64url')
    .slice(0, 22);

const isGiven = ([, value]: [string, unknown]): boolean => value !== undefined && value !== null;

/** A readable name for the first page of all products or of a collection, so that it can be warmed; else undefined. */
export function cacheableListName({ collection, sort, limit, ...rest }: ProductListRequest): string | undefined {
  if (Object.entries(rest).some(isGiven)) return undefined;
  if (collection !== undefined && !SLUG.test(collection)) return undefined;
  return JSON.stringify({ collection, limit, sort });
}

/** Parses the name from `cacheableListName`; undefined for a hash. */
export const cacheableListOf = (name: string): ProductListRequest | undefined =>
  name.startsWith('{') ? (JSON.parse(name) as ProductListRequest) : undefined;
