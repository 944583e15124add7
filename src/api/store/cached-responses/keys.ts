import { createHash } from 'node:crypto';
import type { ProductListRequest } from '../catalogue/list/product-list.ts';

/** What names a product, bundle or collection in an address. */
export const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
export const LONGEST_SLUG = 160;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id or the slug that this is; undefined when it can be neither: whatever else somebody types stands in no key. */
export function idOrSlugOf(text: string): { id: string } | { slug: string } | undefined {
  if (UUID.test(text)) return { id: text.toLowerCase() };
  return text.length <= LONGEST_SLUG && SLUG.test(text) ? { slug: text } : undefined;
}

/** The same request, however it was written, has the same name; what somebody typed cannot be read from it. */
export const nameOf = (request: object): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(request).filter(isGiven).sort()))
    .digest('base64url')
    .slice(0, 22);

const isGiven = ([, value]: [string, unknown]): boolean => value !== undefined && value !== null;

/** The first page of a shelf, under a name that says which, so that it can be made ahead; undefined for any other list. */
export function cacheableListName({ collection, sort, limit, ...rest }: ProductListRequest): string | undefined {
  if (Object.entries(rest).some(isGiven)) return undefined;
  if (collection !== undefined && !SLUG.test(collection)) return undefined;
  return JSON.stringify({ collection, limit, sort });
}

/** The list that such a name says; undefined for the name of another. */
export const cacheableListOf = (name: string): ProductListRequest | undefined =>
  name.startsWith('{') ? (JSON.parse(name) as ProductListRequest) : undefined;
