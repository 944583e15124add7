import type { ErrorCode } from '../../src/domain/errors.ts';

/**
 * Where a code is met. `answer`: in the body of a refused request. `reason`: in `reason` of a checkout that ended without
 * an order. `reserved`: nothing says it yet.
 */
export type Met = 'answer' | 'reason' | 'answer, reason' | 'reserved';

const answer = (todo: string): [Met, string] => ['answer', todo];
const reason = (todo: string): [Met, string] => ['reason', todo];
const reserved = (todo: string): [Met, string] => ['reserved', todo];

const LOOK_AGAIN = 'Look at the id. The answer is the same for what belongs to somebody else.';

/** What a client, or the person who writes one, does about each code. */
export const ADVICE: Record<ErrorCode, [Met, string]> = {
  VALIDATION_FAILED: answer('Correct what `details` names: where, problem, expected. At most 20 problems are listed.'),
  MALFORMED_JSON: answer('Correct the JSON; `details` says where it breaks.'),
  PAYLOAD_TOO_LARGE: answer('Send less: `details.limitBytes` says how much is taken.'),
  UNSUPPORTED_MEDIA_TYPE: answer('Set `Content-Type: application/json`.'),
  NOT_ACCEPTABLE: reserved('Ask for another media type.'),
  METHOD_NOT_ALLOWED: answer('Use one of the methods in `Allow`.'),
  CURSOR_INVALID: answer(
    'Start the list again without a cursor. A cursor fits only the filters and sort it came with.',
  ),
  IDEMPOTENCY_KEY_INVALID: answer('Send 1 to 255 printable ASCII characters without spaces.'),
  INVALID_SIGNATURE: answer('Check that `STRIPE_WEBHOOK_SECRET` is that of the endpoint, and the clock of the server.'),
  ROUTE_NOT_FOUND: answer('Look the path up in `/api/v1/docs`.'),
  TOO_MANY_REQUESTS: reserved('Wait, then try again.'),
  AUTHENTICATION_REQUIRED: answer('Give the operators’ password (`/ops/queues`).'),
  CART_TOKEN_REQUIRED: answer('Send the `cartToken` that came with the cart as `X-Cart-Token`.'),
  FORBIDDEN: answer('The page of another site may not operate the queues: use the board itself.'),
  CART_NOT_FOUND: answer(`${LOOK_AGAIN} A wrong cart token is answered this way too.`),
  CART_ITEM_NOT_FOUND: answer('Read the cart again: the line is gone.'),
  PRODUCT_NOT_FOUND: answer('The product does not exist or is not on sale.'),
  VARIANT_NOT_FOUND: [
    'answer, reason',
    'The variant does not exist or is not on sale: `variantId` says which. Take it out of the cart.',
  ],
  COLLECTION_NOT_FOUND: answer('Read `/api/v1/store/collections`.'),
  CHECKOUT_NOT_FOUND: answer(`${LOOK_AGAIN} A wrong cart token is answered this way too.`),
  CART_EMPTY: answer('Add something first.'),
  CART_IN_CHECKOUT: answer('Cancel the checkout, or wait for its end: then the cart is open again, or ordered.'),
  CART_ORDERED: answer('Create another cart.'),
  INSUFFICIENT_INVENTORY: reason('Show `variantId`, `requested` and `available`; lower the quantity; check out again.'),
  QUANTITY_LIMIT_EXCEEDED: answer('Ask for no more than `maxPerOrder` units, or `lines` lines.'),
  PRICE_CHANGED: reason('Show `expected` and `actual`; check out again with the new total if the customer agrees.'),
  ADDRESS_NOT_SERVED: reserved('Give another address.'),
  SHIPPING_METHOD_UNKNOWN: answer('Leave `shippingMethodId` out: there are none to choose from.'),
  PAYMENT_METHOD_INVALID: reason('Check out again with another method; `providerCode` is what the provider said.'),
  CHECKOUT_STATE_CONFLICT: answer('Read the checkout: `state` says where it is now.'),
  PAYMENT_IN_PROGRESS: answer('Wait for the checkout to leave its busy states (`Prefer: wait=20`), then look again.'),
  IDEMPOTENCY_KEY_REUSED: answer('Use a new key for a new request.'),
  CONCURRENT_UPDATE: answer('Send the same request again.'),
  RESERVATION_EXPIRED: reason('Check out again: the cart is open.'),
  CANCELLED_BY_CUSTOMER: reason('Nothing; the cart is open.'),
  PAID_BUT_OUT_OF_STOCK: reason('Tell the customer: the refund is on its way.'),
  SUPERSEDED: reason('Nothing: late money of a cart that went into another checkout is given back.'),
  PAYMENT_REFUSED: reason(
    'The provider cancelled the payment, or less than the total was paid (`paid`) and goes back: check out again.',
  ),
  PROVIDER_UNAVAILABLE: reserved(
    'Wait, then try again. A checkout is accepted while the provider is away, and waits for it.',
  ),
  DATABASE_UNAVAILABLE: answer('Try again after `Retry-After` seconds, with the same idempotency key.'),
  QUEUE_UNAVAILABLE: reserved('Nothing: commands are accepted without the queue.'),
  INTERNAL_ERROR: answer('Report the `requestId`: the log has the rest.'),
};
