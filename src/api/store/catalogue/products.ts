import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { MAX_PAISE } from '../../../domain/money/money.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { answerOf } from '../cached-responses/cached-response.ts';
import type { CachedResponses } from '../cached-responses/cached-responses.ts';
import { collectionsSchema } from './collections-view.ts';
import { productListSchema } from './list/product-list.ts';
import { SORTS } from './list/product-order.ts';
import { MAX_RANKED } from './list/product-search.ts';
import { pricedAnswer } from './priced-response.ts';
import { productSchema } from './product-view.ts';
import type { VisitorPrices } from './visitor-prices.ts';

/** A text that PostgreSQL can compare. */
const filterText = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .refine((text) => !text.includes('\0'), 'must not contain U+0000');

const valuesFilter = z
  .union([filterText(100), z.array(filterText(100)).max(20)])
  .transform((value) => [value].flat())
  .optional()
  .meta({ description: 'Repeat the parameter to match any of several values. Case-insensitive.' });

const priceFilter = z
  .string()
  .refine((text) => /^\d{1,13}$/.test(text) && Number(text) <= MAX_PAISE, 'must be a whole number of paise up to 10^12')
  .transform(Number)
  .optional()
  .meta({
    override: { type: 'integer', minimum: 0, maximum: MAX_PAISE },
    description: 'Price of one unit for the visitor, in paise, inclusive.',
  });

const listQuery = z
  .strictObject({
    q: z
      .string()
      .max(200)
      .transform((text) => text.trim() || undefined)
      .optional()
      .meta({
        description: `Search text: words or beginnings of words, typing errors allowed; or a SKU or its beginning. Of more than ${MAX_RANKED} matching products, the order \`relevance\` lists the best ${MAX_RANKED}: with the words in title or brand first, then the newest. Other orders list all.`,
      }),
    collection: filterText(200).optional().meta({ description: 'Slug of a collection.' }),
    size: valuesFilter,
    color: valuesFilter,
    minPrice: priceFilter,
    maxPrice: priceFilter,
    inStock: z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional()
      .meta({ description: '`true`: products with an available variant; `false`: sold-out products. Default: both.' }),
    sort: z.enum(SORTS).optional().meta({
      description: 'Default: `relevance` with `q`, else `newest`. `title` ignores case: apple before Zebra.',
    }),
    limit: z.coerce.number().int().min(1).max(100).default(24),
    cursor: z.string().min(1).max(2_000).optional(),
  })
  .refine(({ minPrice = 0, maxPrice = minPrice }) => minPrice <= maxPrice, {
    path: ['minPrice'],
    message: 'must not be more than maxPrice',
  });

const common = { method: 'get', permission: 'products:read', access: 'store', tag: 'Catalogue' } as const;
const unchanged = { 304: { description: 'The version of the client is current' } };

/** The public catalogue routes. They show only products on sale. */
export const productRoutes = ({ cachedResponses }: { cachedResponses: CachedResponses }): AnyRoute[] => [
  route({
    ...common,
    path: '/api/v1/store/products',
    summary: 'List and search products',
    description:
      'A product matches when one of its variants matches size, colour, price and stock together. Prices depend on the visitor: public prices without `Authorization`, else the prices of the customer groups.',
    query: listQuery,
    answers: { 200: { description: 'One page of products', schema: productListSchema }, ...unchanged },
    errors: ['CURSOR_INVALID', 'COLLECTION_NOT_FOUND'],
    handle: (call) => pricedAnswer(cachedResponses, call, cachedResponses.list(call.query)),
  }),

  route({
    ...common,
    path: '/api/v1/store/products/{idOrSlug}',
    summary: 'Retrieve a product with its variants',
    params: z.strictObject({ idOrSlug: z.string().max(200) }),
    query: z.strictObject({}),
    answers: { 200: { description: 'The product', schema: productSchema }, ...unchanged },
    errors: ['PRODUCT_NOT_FOUND'],
    handle(call) {
      const { idOrSlug } = call.params;
      const { read, inMemory } = cachedResponses.product(idOrSlug);
      const readOrRefuse = async (prices: VisitorPrices) => {
        const product = await read(prices);
        if (!product) throw refused('PRODUCT_NOT_FOUND', { product: idOrSlug });
        return product;
      };
      return pricedAnswer(cachedResponses, call, { read: readOrRefuse, inMemory });
    },
  }),

  route({
    ...common,
    path: '/api/v1/store/collections',
    summary: 'List collections',
    query: z.strictObject({}),
    answers: { 200: { description: 'All collections', schema: collectionsSchema }, ...unchanged },
    handle: async () => answerOf(await cachedResponses.collections()),
  }),
];
