import { z } from 'zod';
import type { ApiDeps } from '../../deps.ts';
import type { RowOf } from '../../fields/row-of.ts';
import { route } from '../../http/route.ts';

/** The most reservations that one request lists. */
const MOST = 100;

export const reservationSchema = z
  .object({
    checkoutId: z.uuid(),
    checkoutState: z.string(),
    quantity: z.int().meta({ description: 'Units that the checkout reserves.' }),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'InventoryReservation' });

/** The units of a variant that checkouts hold now. */
export const reservationsRoute = ({ db }: ApiDeps) =>
  route({
    method: 'get',
    path: '/api/v1/admin/variants/{id}/inventory/reservations',
    permission: 'products:update',
    access: 'staff',
    tag: 'Inventory',
    summary: `List up to ${MOST} held reservations of a variant, the first to expire first`,
    params: z.object({ id: z.uuid() }),
    answers: {
      200: { description: 'The held reservations', schema: z.object({ data: z.array(reservationSchema) }) },
    },
    async handle({ params: { id } }) {
      const data = await db.query<RowOf<typeof reservationSchema>>(
        `select r.checkout_id as "checkoutId", c.state as "checkoutState", r.quantity, r.expires_at as "expiresAt"
          from reservations r join checkouts c on c.id = r.checkout_id
          where r.variant_id = $1 and r.status = 'held' order by r.expires_at limit ${MOST}`,
        [id],
      );
      return { status: 200, body: { data } };
    },
  });
