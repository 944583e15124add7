import { ADMIN, admin, type Role, type Row } from './expectations.ts';

const readers: { to: Role[] } = { to: ['catalogue-manager', 'order-manager', 'analyst'] };

/** The figures of the shop. */
export const ANALYTICS_ROWS: readonly Row[] = [
  'sales',
  'conversion',
  'bestsellers',
  'discounts',
  'stock',
  'reviews',
].map((name) => admin(`GET ${ADMIN}/analytics/${name}`, 200, readers));
