import { ADMIN, admin, type Role, type Row } from './expectations.ts';

const shop: { to: Role[] } = { to: ['catalogue-manager'] };
const readers: { to: Role[] } = { to: ['catalogue-manager', 'order-manager', 'support', 'analyst'] };

/** What is sold, written by hand like the others. */
export const CATALOGUE_ROWS: readonly Row[] = [
  admin(`GET ${ADMIN}/products`, 200, readers),
  admin(`POST ${ADMIN}/products`, 400, shop),
  admin(`GET ${ADMIN}/products/{id}`, 404, readers),
  admin(`PATCH ${ADMIN}/products/{id}`, 404, shop),
  admin(`DELETE ${ADMIN}/products/{id}`, 404, shop),
  admin(`GET ${ADMIN}/variants`, 200, readers),
  admin(`POST ${ADMIN}/variants`, 400, shop),
  admin(`GET ${ADMIN}/variants/{id}`, 404, readers),
  admin(`PATCH ${ADMIN}/variants/{id}`, 404, shop),
  admin(`DELETE ${ADMIN}/variants/{id}`, 404, shop),
  admin(`GET ${ADMIN}/collections`, 200, readers),
  admin(`POST ${ADMIN}/collections`, 400, shop),
  admin(`GET ${ADMIN}/collections/{id}`, 404, readers),
  admin(`PATCH ${ADMIN}/collections/{id}`, 404, shop),
  admin(`DELETE ${ADMIN}/collections/{id}`, 404, shop),
  admin(`PUT ${ADMIN}/collections/{id}/products/{productId}`, 404, shop),
  admin(`DELETE ${ADMIN}/collections/{id}/products/{productId}`, 404, shop),
  admin(`POST ${ADMIN}/products/imports`, 415, shop),
  admin(`GET ${ADMIN}/products/imports`, 200, readers),
  admin(`GET ${ADMIN}/products/imports/{id}`, 404, readers),
  admin(`GET ${ADMIN}/products/imports/{id}/rows`, 404, readers),
  admin(`POST ${ADMIN}/products/imports/{id}/cancel`, 404, shop),
  admin(`GET ${ADMIN}/products/export`, 200, readers),
  admin(`GET ${ADMIN}/inventory`, 200, shop),
  admin(`GET ${ADMIN}/variants/{id}/inventory`, 404, shop),
  admin(`GET ${ADMIN}/variants/{id}/inventory/movements`, 200, shop),
  admin(`GET ${ADMIN}/variants/{id}/inventory/reservations`, 200, shop),
  admin(`POST ${ADMIN}/variants/{id}/inventory/receive`, 400, shop),
  admin(`POST ${ADMIN}/variants/{id}/inventory/adjust`, 400, shop),
];
