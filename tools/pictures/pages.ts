import type { Demo } from './demo.ts';

export interface PictureOf {
  /** Begins the file names of its pictures. */
  name: string;
  path(demo: Demo): string;
  /** Whether the pictures show the whole page, not only what is visible at first. */
  isWhole?: true;
}

const at = (name: string, path: string): PictureOf => ({ name, path: () => path });

/** The pages of which pictures are made. */
export const PICTURED: readonly PictureOf[] = [
  { name: 'home', path: () => '/ops', isWhole: true },
  at('orders', '/ops/orders'),
  { name: 'order', path: ({ orderId }) => `/ops/orders/${orderId}` },
  { name: 'replay', path: ({ orderId }) => `/ops/orders/${orderId}/replay` },
  at('checkouts', '/ops/checkouts'),
  { name: 'checkout', path: ({ checkoutId }) => `/ops/checkouts/${checkoutId}` },
  at('payments', '/ops/payments'),
  at('refunds', '/ops/refunds'),
  at('returns', '/ops/returns'),
  at('reviews', '/ops/reviews'),
  { name: 'review', path: ({ reviewId }) => `/ops/reviews/${reviewId}` },
  at('stock', '/ops/stock?below=21'),
  { name: 'stock-level', path: ({ variantId }) => `/ops/stock/${variantId}` },
  at('reconciliation', '/ops/reconciliation'),
  { name: 'discrepancy', path: ({ discrepancyId }) => `/ops/reconciliation/${discrepancyId}` },
  at('reconciliation-runs', '/ops/reconciliation/runs'),
  at('notifications', '/ops/notifications'),
  at('failed-jobs', '/ops/jobs/mail'),
  at('queues', '/ops/queues'),
  at('system', '/ops/system'),
];

export interface Look {
  name: string;
  colorScheme: 'light' | 'dark';
  width: number;
  height: number;
}

export const LOOKS: readonly Look[] = [
  { name: 'light', colorScheme: 'light', width: 1280, height: 860 },
  { name: 'dark', colorScheme: 'dark', width: 1280, height: 860 },
  { name: 'phone', colorScheme: 'light', width: 390, height: 780 },
];

/** The name of a picture's file. */
export const fileOf = ({ name }: PictureOf, look: Look): string => `${name}-${look.name}.webp`;
