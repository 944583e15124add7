import { z } from 'zod';

export const totalsSchema = z
  .object({ subtotal: z.int(), discount: z.int(), shipping: z.int(), tax: z.int(), total: z.int() })
  .meta({
    id: 'Totals',
    description:
      'Paise. `tax` is inside `total`. What a discount takes off the delivery is not in `shipping` any more.',
  });
