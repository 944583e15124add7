import type { StoredSnapshot } from '../../domain/pricing/snapshot.ts';
import type { Query } from '../../infra/database/query.ts';
import { type SnapshotColumns, unpackSnapshot } from './price-snapshot.ts';

interface StoredStep {
  seq: number;
  event: string;
  accepted: boolean;
  to: string;
  /** The payload of the event. */
  data: Record<string, unknown> | null;
}

/** The stored data from which a checkout or an order can be replayed; amounts in paise. */
export interface Replayable {
  kind: 'checkout' | 'order';
  id: string;
  machine: { version: number; value: unknown; context: unknown } | null;
  total: number | null;
  /** The captured amount. */
  captured: number;
  units: number;
  steps: StoredStep[];
  price: StoredSnapshot | null;
}

const PRICE = `(select json_build_object('engineVersion', engine_version, 'inputs', inputs, 'output', output,
    'packed', encode(packed, 'base64')) from pricing_snapshots where checkout_id = c.id) as price`;
const CAPTURED = `coalesce((select captured from payments where checkout_id = c.id), 0) as captured`;

type PriceColumns = Omit<SnapshotColumns, 'packed'> & { packed: string | null };

/** Loads the replay data of a checkout or an order. */
export async function loadReplayable(query: Query, id: string): Promise<Replayable | undefined> {
  const [found] = await query<Omit<Replayable, 'price'> & { price: PriceColumns | null }>(
    `select 'checkout' as kind, c.id, c.machine, c.total, ${CAPTURED}, 0 as units, ${PRICE},
        (select coalesce(json_agg(json_build_object('seq', seq, 'event', event, 'accepted', accepted, 'to', to_state, 'data', null) order by seq), '[]')
          from checkout_history where checkout_id = c.id) as steps
      from checkouts c where c.id = $1
    union all select 'order', o.id, o.machine, o.total, ${CAPTURED}, (select sum(quantity)::int from order_lines where order_id = o.id), ${PRICE},
        (select coalesce(json_agg(json_build_object('seq', seq, 'event', event, 'accepted', true, 'to', to_state, 'data', data) order by seq), '[]')
          from order_history where order_id = o.id)
      from orders o join checkouts c on c.id = o.checkout_id where o.id = $1`,
    [id],
  );
  if (!found) return undefined;
  const { price } = found;
  const packed = price?.packed ? Buffer.from(price.packed, 'base64') : null;
  return { ...found, price: price && unpackSnapshot({ ...price, packed }) };
}
