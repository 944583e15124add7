import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { MOST_PAISE } from '../../fields/amounts.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { answerOf } from '../cached-responses/cached-response.ts';
import type { CachedResponses } from '../cached-responses/cached-responses.ts';
import { collectionsSchema } from './collections-view.ts';
import { productListSchema } from './list/product-list.ts';
import { SORTS } from './list/product-order.ts';
import { pricedAnswer } from './priced-response.ts';
import { productSchema } from './product-view.ts';

const several = z
  .union([z.string().min(1).max(100), z.array(z.string().min(1).max(100)).max(20)])
  .transform((value) => [value].flat())
  .optional()
  .meta({ description: 'May be repeated: any of them. Upper and lower case are the same.' });

const paise = z
  .string()
  .refine(
    (text) => /^\d{1,13}$/.test(text) && Number(text) <= MOST_PAISE,
    'must be a whole number of paise up to 10^12',
  )
  .transform(Number)
  .optional()
  .meta({
    override: { type: 'integer', minimum: 0, maximum: MOST_PAISE },
    description: 'Paise, inclusive: what one unit costs the visitor.',
  });

const listQuery = z
  .strictObject({
    q: z
      .string()
      .max(200)
      .transform((text) => text.trim() || undefined)
      .optional()
      .meta({ description: 'Words, beginnings of words, with typing errors; or a SKU or its beginning.' }),
    collection: z.string().min(1).max(200).optional().meta({ description: 'The slug of a collection.' }),
    size: several,
    color: several,
    minPrice: paise,
    maxPrice: paise,
    inStock: z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional()
      .meta({ description: 'true: what can be bought now; false: what is sold out.' }),
    sort: z.enum(SORTS).optional().meta({
      description: 'Default: relevance with q, else newest. `title` is the order of a dictionary: apple before Zebra.',
    }),
    limit: z.coerce.number().int().min(1).max(100).default(24),
    cursor: z.string().min(1).max(2_000).optional(),
  })
  .refine(({ minPrice = 0, maxPrice = minPrice }) => minPrice <= maxPrice, {
    path: ['minPrice'],
    message: 'must not be more than maxPrice',
  });

const common = { method: 'get', permission: 'products:read', access: 'store', tag: 'Catalogue' } as const;
const unchanged = { 304: { description: 'What the client has is still so' } };

/** The catalogue as everybody may see it: only what is on sale. */
export const productRoutes = ({ pages }: { pages: CachedResponses }): AnyRoute[] => [
  route({
    ...common,
    path: '/api/v1/store/products',
    summary: 'Browse and search the products',
    description:
      'A product is listed when one of its variants fits size, colour, price and stock all at once. Prices are those of the visitor: of everybody without `Authorization`, else of the groups of the customer.',
    query: listQuery,
    answers: { 200: { description: 'One page', schema: productListSchema }, ...unchanged },
    errors: ['CURSOR_INVALID', 'COLLECTION_NOT_FOUND'],
    handle: (call) => pricedAnswer(pages, call, (prices) => pages.list(call.query, prices)),
  }),

  route({
    ...common,
    path: '/api/v1/store/products/{idOrSlug}',
    summary: 'A product with its variants',
    params: z.strictObject({ idOrSlug: z.string().max(200) }),
    query: z.strictObject({}),
    answers: { 200: { description: 'The product', schema: productSchema }, ...unchanged },
    errors: ['PRODUCT_NOT_FOUND'],
    handle(call) {
      const { idOrSlug } = call.params;
      return pricedAnswer(pages, call, async (prices) => {
        const product = await pages.product(idOrSlug, prices);
        if (!product) throw refused('PRODUCT_NOT_FOUND', { product: idOrSlug });
        return product;
      });
    },
  }),

  route({
    ...common,
    path: '/api/v1/store/collections',
    summary: 'The collections',
    query: z.strictObject({}),
    answers: { 200: { description: 'All of them', schema: collectionsSchema }, ...unchanged },
    handle: async () => answerOf(await pages.collections()),
  }),
];
