import {
  decideOrder,
  newOrder,
  type OrderEvent,
  type OrderSnapshot,
  orderFromStored,
  orderToStored,
  type StoredOrder,
} from '../../src/machines/order.ts';

/** An order of two units, so that everything can happen in part and as a whole. */
export const [TOTAL, UNITS] = [300, 2];

/** Each event as it may come: for one unit or both, for a part of the money or all of it. */
export const EVENTS: readonly OrderEvent[] = [
  ...(['PAID', 'PROCESS', 'CANCEL', 'CANCEL_BY_CUSTOMER', 'RETRY_REFUND'] as const).map((type) => ({ type })),
  ...(['REQUEST_RETURN', 'APPROVE_RETURN', 'REJECT_RETURN', 'WITHDRAW_RETURN'] as const).map((type) => ({ type })),
  ...[1, 2].map((units) => ({ type: 'CANCEL_UNITS' as const, units, amount: units * 100 })),
  ...(['SHIP', 'DELIVER'] as const).flatMap((type) => [1, 2].map((units) => ({ type, units }))),
  ...(['REFUND', 'RECORD_REFUND', 'RECEIVE_RETURN'] as const).flatMap((type) =>
    [0, 100, 300].map((amount) => ({ type, amount })),
  ),
  ...(['MONEY_RETURNED', 'MONEY_KEPT'] as const).flatMap((type) => [100, 300].map((amount) => ({ type, amount }))),
  { type: 'MONEY_RETURNED', amount: 100, underWay: 100 },
];

/** What the provider cannot say: the database books no more than was captured, and takes back no more than it booked. */
const isImpossible = ({ context }: OrderSnapshot, event: OrderEvent): boolean =>
  (event.type === 'MONEY_RETURNED' && context.returned + event.amount > context.total) ||
  (event.type === 'MONEY_KEPT' && event.amount > context.returned);

export interface Edge {
  event: OrderEvent;
  to: string;
}

export const keyOf = (snapshot: OrderSnapshot): string => JSON.stringify(orderToStored(snapshot));
export const read = (key: string): OrderSnapshot => orderFromStored(JSON.parse(key) as StoredOrder);

/** Every snapshot that an order can get to and every step between two of them, each stored and restored on the way. */
export function explore(): Map<string, Edge[]> {
  const graph = new Map<string, Edge[]>();
  const waiting = [keyOf(newOrder({ total: TOTAL, units: UNITS }))];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (graph.has(key)) continue;
    const from = read(key);
    const edges = EVENTS.filter((event) => !isImpossible(from, event)).flatMap((event) => {
      const { next, accepted } = decideOrder(from, event);
      return accepted ? [{ event, to: keyOf(next) }] : [];
    });
    graph.set(key, edges);
    waiting.push(...edges.map(({ to }) => to));
  }
  return graph;
}

/** Everything that can be got to from `start` by the edges that `may` lets through. */
export function reachableFrom(graph: Map<string, Edge[]>, start: string, may: (edge: Edge) => boolean): Set<string> {
  const seen = new Set<string>();
  const waiting = [start];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    waiting.push(...(graph.get(key) ?? []).filter(may).map(({ to }) => to));
  }
  return seen;
}
