import { forEachCall } from '../../infra/database/groups/merged-statements.ts';
import type { Query } from '../../infra/database/query.ts';
import type { LineRequest } from './pricing-request.ts';

const LINES_OF = forEachCall(
  `select variant_id as "variantId", quantity, bundle_item as item, bundle_id as "bundleId", set_id as "setId",
      bundle_quantity as "bundleQuantity" from checkout_lines where checkout_id = $1 order by line`,
  ['uuid'],
);

/** Loads the lines of a checkout in the form that pricing takes. */
export async function loadCheckoutLines(query: Query, checkoutId: string): Promise<LineRequest[]> {
  const rows = await query<CheckoutLineRow>(LINES_OF, [checkoutId]);
  const alone = rows.filter(({ item }) => item === null).map(({ variantId, quantity }) => ({ variantId, quantity }));
  const bundles = Map.groupBy(
    rows.filter(({ item }) => item !== null),
    ({ item }) => item,
  );
  return [...alone, ...[...bundles.values()].map(bundleOf)];
}

interface CheckoutLineRow {
  variantId: string;
  quantity: number;
  item: number | null;
  bundleId: string;
  setId: string;
  bundleQuantity: number;
}

function bundleOf(rows: readonly CheckoutLineRow[]): LineRequest {
  const { bundleId = '', bundleQuantity: quantity = 1 } = rows[0] ?? {};
  const selections = [...Map.groupBy(rows, ({ setId }) => setId)].map(([setId, lines]) => {
    const items = lines.map((line) => ({ variantId: line.variantId, quantity: line.quantity / quantity }));
    return { setId, items };
  });
  return { bundleId, quantity, selections };
}
