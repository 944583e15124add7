import type { OrderState } from '../../src/domain/states.ts';
import { type OrderAction, type OrderEvent, orderMachine } from '../../src/machines/order.ts';
import type { MachineBook } from './machine-page.ts';

const states: Record<OrderState, string> = {
  PENDING:
    'Placed and not paid. An order is in this state only within the transaction that places it, which also pays it.',
  CONFIRMED: 'Paid. Packing has not begun, so the customer may still cancel.',
  PROCESSING: 'Being packed; a part may have been shipped.',
  SHIPPED: 'All units that are to be shipped have been shipped.',
  DELIVERED: 'All shipments have arrived.',
  CANCELLED:
    'Nothing was shipped and nothing will be: the goods are back on sale, and the payment is refunded or being refunded.',
  REFUNDED: 'Goods were shipped, and the whole payment was refunded.',
};

const events: Record<OrderEvent['type'], string> = {
  PAID: 'the checkout, with the order itself',
  PROCESS: 'staff: `POST …/transitions`',
  CANCEL: 'staff: `POST …/transitions`',
  CANCEL_BY_CUSTOMER: 'the customer or guest: `POST …/cancel`',
  CANCEL_UNITS: 'staff: `POST …/cancellations`',
  SHIP: 'staff: `POST …/shipments`',
  DELIVER: 'staff: `POST …/shipments/{shipmentId}/delivery`',
  REFUND: 'staff: `POST …/refunds`',
  RECORD_REFUND: 'staff: `POST …/credit-notes`',
  RETRY_REFUND: 'staff: `POST …/refunds/{refundId}/retry`',
  REQUEST_RETURN: 'the customer or guest, or staff for one: `POST …/returns`',
  APPROVE_RETURN: 'staff: `POST …/returns/{returnId}/approve`',
  REJECT_RETURN: 'staff: `POST …/returns/{returnId}/reject`',
  WITHDRAW_RETURN: 'the customer or guest: `POST …/returns/{returnId}/withdraw`',
  RECEIVE_RETURN: 'staff: `POST …/returns/{returnId}/receive`',
  MONEY_RETURNED: 'provider: a refund was made, by us or in its own dashboard; staff: with `RECORD_REFUND`',
  MONEY_KEPT: 'provider: an accepted refund has failed',
};

const actions: Record<OrderAction, string> = {
  cancelRest:
    'cancels and refunds every unit that was not shipped, and puts it back on sale. If nothing was shipped, also refunds the delivery charge and releases the uses of discounts',
  cancelUnits: 'the same for the given units',
  ship: 'stores the shipment',
  deliver: 'records when the shipment arrived',
  refund: 'stores the refund, and the operation that makes it at the provider',
  recordRefund: 'stores a refund that was made outside the provider, with the lines of its credit note',
  retryRefund: 'stores another operation for a refund that has failed, up to the amount still owed',
  openReturn: 'stores the requested return',
  decideReturn: 'records that it was approved, rejected or withdrawn',
  receiveReturn:
    'puts sellable units back on sale, and refunds the units that were not refunded before, up to the remaining amount',
};

const guards: Record<string, string> = {
  isPartOfRest: 'some units are given, and others remain to be shipped',
  isRest: 'the units are all that remain to be shipped',
  hasNoShipment: 'no unit was shipped',
  hasShipment: 'a unit was shipped',
  isInTransit: 'the units were shipped and have not arrived',
  isLastDelivery: 'with them all shipped units have arrived',
  isAllDelivered: 'all shipped units have arrived',
  isPositiveAmount: 'the amount is greater than zero',
  hasOpenRefund: 'the requested refunds exceed the completed ones',
  isWithinRefundable: 'together with earlier refunds it does not exceed the payment',
  isFullyRefunded: 'with it the whole payment is refunded',
};

/** The texts of docs/order-states.md about the state machine of the order. */
export const ORDER_BOOK: MachineBook = {
  title: 'The states of an order',
  source: 'src/machines/order.ts',
  machine: orderMachine,
  states,
  events,
  actions,
  guards,
  refusal: 'nothing changes, and the answer contains the state and the allowed commands.',
  executor: '`src/workers/orders/` runs them in the transaction that stores the step.',
};
