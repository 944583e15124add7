import { z } from 'zod';

export const totalsSchema = z
  .object({ subtotal: z.int(), discount: z.int(), shipping: z.int(), tax: z.int(), total: z.int() })
  .meta({
    id: 'Totals',
    description:
      'All amounts in paise. `total` includes `tax`. `shipping` is the price after discounts on the delivery.',
  });
