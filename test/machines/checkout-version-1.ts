import type { CheckoutEvent } from '../../src/machines/checkout.ts';

type Name = CheckoutEvent['type'];

/** Written by the first release. Rows like these lie in databases: whatever the machine becomes, they must be understood. */
export const STORED_BY_VERSION_1: [text: string, step: string, event: Name, next: string][] = [
  ['{"version":1,"value":"CREATED","context":{"total":null,"refunded":false}}', 'CREATED', 'RESERVED', 'LOCKED'],
  [
    '{"version":1,"value":"LOCKED","context":{"total":99800,"refunded":false}}',
    'LOCKED',
    'PAYMENT_OPENED',
    'PAYMENT_PENDING.working',
  ],
  ...(['working', 'awaitingMethod', 'awaitingAction', 'processing'] as const).map(
    (inner): [string, string, Name, string] => [
      `{"version":1,"value":{"PAYMENT_PENDING":"${inner}"},"context":{"total":99800,"refunded":false}}`,
      `PAYMENT_PENDING.${inner}`,
      'PAYMENT_SUCCEEDED',
      'PAYMENT_CONFIRMED',
    ],
  ),
  [
    '{"version":1,"value":"PAYMENT_CONFIRMED","context":{"total":99800,"refunded":false}}',
    'PAYMENT_CONFIRMED',
    'ORDER_STORED',
    'ORDER_CREATED',
  ],
  [
    '{"version":1,"value":"ORDER_CREATED","context":{"total":99800,"refunded":false}}',
    'ORDER_CREATED',
    'CART_CLOSED',
    'COMPLETED',
  ],
  [
    '{"version":1,"value":"COMPLETED","context":{"total":99800,"refunded":false}}',
    'COMPLETED',
    'PAYMENT_SUCCEEDED',
    'COMPLETED',
  ],
  [
    '{"version":1,"value":"EXPIRED","context":{"total":99800,"refunded":false}}',
    'EXPIRED',
    'PAYMENT_SUCCEEDED',
    'PAYMENT_CONFIRMED',
  ],
  [
    '{"version":1,"value":"CANCELLED","context":{"total":99800,"refunded":false}}',
    'CANCELLED',
    'PAYMENT_SUCCEEDED',
    'PAYMENT_CONFIRMED',
  ],
  ['{"version":1,"value":"FAILED","context":{"total":99800,"refunded":true}}', 'FAILED', 'PAYMENT_SUCCEEDED', 'FAILED'],
];
