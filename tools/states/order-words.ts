import type { OrderState } from '../../src/domain/states.ts';
import { type OrderAction, type OrderEvent, orderMachine } from '../../src/machines/order.ts';
import type { Book } from './machine-page.ts';

const states: Record<OrderState, string> = {
  PENDING: 'Placed and not paid. No order rests here: it is paid in the transaction that places it.',
  CONFIRMED: 'Paid. Nobody has begun to pack it, so the customer may still cancel.',
  PROCESSING: 'Being packed; some of it may have been sent.',
  SHIPPED: 'All that is to be sent has left.',
  DELIVERED: 'All that was sent has arrived.',
  CANCELLED: 'Nothing was sent and nothing will be: the goods are back on sale, the money is back or on its way.',
  REFUNDED: 'Goods were sent, and all the money has gone back.',
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
  MONEY_KEPT: 'provider: a refund that it had promised could not be carried out',
};

const actions: Record<OrderAction, string> = {
  cancelRest:
    'cancels every unit that was not sent: back on sale, its money back. When nothing was sent, so do the cost of the delivery and the uses of discounts',
  cancelUnits: 'the same for the units that were named',
  ship: 'stores the shipment',
  deliver: 'notes when the shipment arrived',
  refund: 'stores the refund, and the operation that brings it about at the provider',
  recordRefund: 'stores a refund that was made outside the provider, with the lines of its credit note',
  retryRefund: 'stores another operation for a refund that has failed, up to what is still owed of it',
  openReturn: 'stores the return that was asked for',
  decideReturn: 'notes that it was approved, rejected or withdrawn',
  receiveReturn:
    'puts on sale what can be sold, and refunds the units whose money has not gone back before, up to what is left',
};

const guards: Record<string, string> = {
  isPartOfRest: 'some units are named, and others are then still to be sent',
  isRest: 'the units are all that is still to be sent',
  nothingSent: 'no unit was sent',
  somethingSent: 'a unit was sent',
  isOnItsWay: 'the units were sent and have not arrived',
  isLastToArrive: 'with them everything that was sent has arrived',
  allHasArrived: 'everything that was sent has arrived',
  isMoney: 'it is about more than nothing',
  isOwed: 'more was asked back than has gone back',
  isNotAskedYet: 'with what was asked back before it is no more than was paid',
  isLastMoney: 'with it everything that was paid has gone back',
};

/** What docs/order-states.md says of the order's machine. */
export const ORDER_BOOK: Book = {
  title: 'The states of an order',
  source: 'src/machines/order.ts',
  machine: orderMachine,
  states,
  events,
  actions,
  guards,
  refusal: 'nothing changes, and whoever asked is told the state and what it allows.',
  hands: '`src/workers/orders/` carries them out in the transaction that stores the step.',
};
