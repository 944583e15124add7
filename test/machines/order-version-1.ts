import type { OrderEvent } from '../../src/machines/order.ts';

/** Written by the first release. Rows like these lie in databases: whatever the machine becomes, they must be understood. */
export const ORDERS_OF_VERSION_1: [text: string, event: OrderEvent, next: string][] = [
  [
    '{"version":1,"value":"CONFIRMED","context":{"total":300,"asked":0,"returned":0,"toShip":2,"shipped":0,"delivered":0}}',
    { type: 'CANCEL_BY_CUSTOMER' },
    'CANCELLED',
  ],
  [
    '{"version":1,"value":"PROCESSING","context":{"total":300,"asked":100,"returned":100,"toShip":1,"shipped":0,"delivered":0}}',
    { type: 'SHIP', units: 1 },
    'SHIPPED',
  ],
  [
    '{"version":1,"value":"SHIPPED","context":{"total":300,"asked":0,"returned":0,"toShip":0,"shipped":2,"delivered":1}}',
    { type: 'DELIVER', units: 1 },
    'DELIVERED',
  ],
  [
    '{"version":1,"value":"DELIVERED","context":{"total":300,"asked":300,"returned":0,"toShip":0,"shipped":2,"delivered":2}}',
    { type: 'MONEY_RETURNED', amount: 300 },
    'REFUNDED',
  ],
  [
    '{"version":1,"value":"CANCELLED","context":{"total":300,"asked":300,"returned":0,"toShip":0,"shipped":0,"delivered":0}}',
    { type: 'RETRY_REFUND' },
    'CANCELLED',
  ],
  [
    '{"version":1,"value":"REFUNDED","context":{"total":300,"asked":300,"returned":300,"toShip":0,"shipped":2,"delivered":2}}',
    { type: 'MONEY_KEPT', amount: 300 },
    'DELIVERED',
  ],
];
