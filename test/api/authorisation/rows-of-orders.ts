import { ADMIN, admin, guestOrder, own, type Role, type Row, STORE } from './expectations.ts';

const staff: { to: Role[] } = { to: ['order-manager'] };
const READERS: Role[] = ['admin', 'order-manager', 'support'];
const look: { to: Role[] } = { to: ['order-manager', 'support'] };

/** Orders and what is asked of them, written by hand like the others. */
export const ORDER_ROWS: readonly Row[] = [
  own(`GET ${STORE}/account/orders`, 200),
  own(`GET ${STORE}/account/orders/{id}`, 404),
  own(`POST ${STORE}/account/orders/{id}/cancel`, 404),
  own(`POST ${STORE}/account/orders/{id}/returns`, 400),
  own(`POST ${STORE}/account/orders/{id}/returns/{returnId}/withdraw`, 404),
  own(`GET ${STORE}/account/orders/{id}/commands/{commandId}`, 404),
  own(`GET ${STORE}/account/orders/{id}/shipments`, 404),
  own(`GET ${STORE}/account/orders/{id}/invoice`, 404),
  own(`GET ${STORE}/account/orders/{id}/credit-notes`, 404),
  own(`GET ${STORE}/account/orders/{id}/credit-notes/{noteId}`, 404),

  guestOrder(`GET ${STORE}/orders/{id}`, 200, READERS),
  guestOrder(`GET ${STORE}/orders/{id}/shipments`, 200, READERS),
  guestOrder(`GET ${STORE}/orders/{id}/invoice`, 409, READERS),
  guestOrder(`GET ${STORE}/orders/{id}/credit-notes`, 200, READERS),
  guestOrder(`GET ${STORE}/orders/{id}/credit-notes/{noteId}`, 404, READERS),
  guestOrder(`GET ${STORE}/orders/{id}/commands/{commandId}`, 404, READERS),
  guestOrder(`POST ${STORE}/orders/{id}/cancel`, 202),
  guestOrder(`POST ${STORE}/orders/{id}/returns`, 202),
  guestOrder(`POST ${STORE}/orders/{id}/returns/{returnId}/withdraw`, 202),

  admin(`GET ${ADMIN}/checkouts/{id}/replay`, 404, look),
  admin(`GET ${ADMIN}/orders/{id}/replay`, 404, look),
  admin(`GET ${ADMIN}/orders`, 200, look),
  admin(`GET ${ADMIN}/orders/{id}/invoice`, 404, look),
  admin(`GET ${ADMIN}/orders/{id}/credit-notes`, 404, look),
  admin(`GET ${ADMIN}/orders/{id}/credit-notes/{noteId}`, 404, look),
  admin(`GET ${ADMIN}/orders/{id}`, 404, look),
  admin(`GET ${ADMIN}/orders/{id}/commands/{commandId}`, 404, look),
  admin(`POST ${ADMIN}/orders/{id}/revoke-links`, 404, staff),
  admin(`POST ${ADMIN}/orders/{id}/transitions`, 400, staff),
  admin(`POST ${ADMIN}/orders/{id}/cancellations`, 400, staff),
  admin(`POST ${ADMIN}/orders/{id}/shipments`, 404, staff),
  admin(`POST ${ADMIN}/orders/{id}/shipments/{shipmentId}/delivery`, 404, staff),
  admin(`POST ${ADMIN}/orders/{id}/refunds`, 400, staff),
  admin(`POST ${ADMIN}/orders/{id}/refunds/{refundId}/retry`, 404, staff),
  admin(`POST ${ADMIN}/orders/{id}/credit-notes`, 400, staff),
  admin(`POST ${ADMIN}/orders/{id}/returns`, 400, staff),
  admin(`POST ${ADMIN}/orders/{id}/returns/{returnId}/approve`, 404, staff),
  admin(`POST ${ADMIN}/orders/{id}/returns/{returnId}/reject`, 400, staff),
  admin(`POST ${ADMIN}/orders/{id}/returns/{returnId}/receive`, 404, staff),

  admin(`GET ${ADMIN}/reconciliation/runs`, 200, staff),
  admin(`POST ${ADMIN}/reconciliation/runs`, 400),
  admin(`GET ${ADMIN}/reconciliation/runs/{id}`, 404, staff),
  admin(`GET ${ADMIN}/reconciliation/runs/{id}/report`, 404, staff),
  admin(`GET ${ADMIN}/reconciliation/discrepancies`, 200, staff),
  admin(`POST ${ADMIN}/reconciliation/discrepancies/{id}/resolve`, 400),
  admin(`POST ${ADMIN}/reconciliation/discrepancies/{id}/heal`, 404),

  admin(`GET ${ADMIN}/webhooks`, 200),
  admin(`POST ${ADMIN}/webhooks`, 400),
  admin(`GET ${ADMIN}/webhooks/{id}`, 404),
  admin(`PATCH ${ADMIN}/webhooks/{id}`, 404),
  admin(`DELETE ${ADMIN}/webhooks/{id}`, 404),
  admin(`POST ${ADMIN}/webhooks/{id}/rotate-secret`, 404),
  admin(`GET ${ADMIN}/webhooks/{id}/deliveries`, 404),
  admin(`POST ${ADMIN}/webhooks/{id}/deliveries/{deliveryId}/redeliver`, 404),
  admin(`POST ${ADMIN}/webhooks/{id}/test`, 404),
];
