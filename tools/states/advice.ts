import type { ErrorCode } from '../../src/domain/errors.ts';

/**
 * Where a code occurs. `answer`: in the body of a refused request. `reason`: in `reason` of a checkout that ended
 * without an order. `command`: in `error` of a command about an order. `reserved`: not used yet.
 */
export type Met = 'answer' | 'command' | 'reason' | 'answer, reason' | 'reserved';

const answer = (todo: string): [Met, string] => ['answer', todo];
const command = (todo: string): [Met, string] => ['command', todo];
const reason = (todo: string): [Met, string] => ['reason', todo];
const reserved = (todo: string): [Met, string] => ['reserved', todo];

const CHECK_ID = 'Check the id. The answer is the same for a resource that belongs to another account.';

/** The advice for clients and their developers, by error code. */
export const ADVICE: Record<ErrorCode, [Met, string]> = {
  VALIDATION_FAILED: answer('Correct what `details` names: where, problem, expected. At most 20 problems are listed.'),
  MALFORMED_JSON: answer('Correct the JSON; `details` says where it breaks.'),
  MALFORMED_REQUEST: answer('Check the client: it does not send valid HTTP/1.1.'),
  REQUEST_TIMEOUT: answer('Send the request again, at once and as a whole.'),
  HEADERS_TOO_LARGE: answer('Send less than 16 kB of headers.'),
  PAYLOAD_TOO_LARGE: answer('Send less: `details.limitBytes` is the limit.'),
  UNSUPPORTED_MEDIA_TYPE: answer('Set `Content-Type: application/json`, or what `details` expects.'),
  IMPORT_NOT_FOUND: answer('Read `/api/v1/admin/products/imports`. Imports are kept for 30 days.'),
  IMPORT_UNREADABLE: answer(
    'Correct what `details.problems` names; docs/imports.md has the columns. Nothing was stored.',
  ),
  IMPORT_OVER: answer('Read the import: `status` says how it ended. Send the file again to import it again.'),
  CART_MERGED: answer('Use the cart of the account: `GET /api/v1/store/account/cart`.'),
  ORDER_COMMAND_NOT_FOUND: answer(CHECK_ID),
  DOCUMENT_NOT_FOUND: answer('Read `…/credit-notes`: it lists those of the order.'),
  DOCUMENT_NOT_ISSUED: answer('Try again: invoices are issued within seconds of the order.'),
  RUN_NOT_FOUND: answer('Read `/api/v1/admin/reconciliation/runs`.'),
  RUN_IN_PROGRESS: answer('Wait until it has finished; `GET …/runs` shows its progress.'),
  DISCREPANCY_NOT_FOUND: answer('Read `/api/v1/admin/reconciliation/discrepancies?state=person`.'),
  NO_REMEDY: answer('Read its `rule`: it says what a person has to check.'),
  WEBHOOK_NOT_FOUND: answer('Read `/api/v1/admin/webhooks`. A test goes only to one that is active.'),
  DELIVERY_NOT_FOUND: answer('Read `…/deliveries`. Deliveries are kept for 30 days.'),
  SHIPMENT_NOT_FOUND: command('Read the order: `shipments` lists its shipments.'),
  RETURN_NOT_FOUND: command('Read the order: `returns` lists its returns.'),
  ORDER_STATE_CONFLICT: command('Read `details`: the state, and the commands that it allows.'),
  UNITS_UNAVAILABLE: command('Read the order: each line says how many units were shipped, cancelled and refunded.'),
  REFUND_EXCEEDS_PAYMENT: command('Check the refunds of the order and at the provider: another refund was made.'),
  NOTHING_TO_REFUND: command('Nothing to do: these units, or the delivery, cost nothing.'),
  DELIVERY_REFUNDED: command('Nothing to do: it is refunded only once.'),
  REFUND_NOT_FAILED: command('Wait until the pending refund has ended.'),
  SHIPMENT_DELIVERED: command('Nothing to do.'),
  RETURN_STATE_CONFLICT: command('Read the return again: somebody has decided it.'),
  REVIEW_NOT_FOUND: answer('Check the id. Unpublished reviews are visible only to their authors and to staff.'),
  REVIEW_TRIAL_NOT_FOUND: answer(CHECK_ID),
  REVIEW_EXISTS: answer('Change the existing one: `GET /api/v1/store/account/reviews`.'),
  REVIEW_IS_YOURS: answer('Nothing to do: only other customers can vote on it or report it.'),
  REVIEW_STATE_CONFLICT: answer('Read the review again: `details.state` is its current state.'),
  REVIEW_CLAIMED: answer('Take another: `POST /api/v1/admin/reviews/claim`. A claim ends after 15 minutes.'),
  PURCHASE_REQUIRED: answer('Wait for the delivery, and sign in as the buyer.'),
  NOT_ACCEPTABLE: answer('Ask for one of the media types in `details.offered`.'),
  METHOD_NOT_ALLOWED: answer('Use one of the methods in `Allow`.'),
  CURSOR_INVALID: answer(
    'Start the list again without a cursor. A cursor fits only the filters and sort it came with.',
  ),
  IDEMPOTENCY_KEY_INVALID: answer('Send 1 to 255 printable ASCII characters without spaces.'),
  IDEMPOTENCY_KEY_TOO_SHORT: answer(
    'Send a UUID, or at least 16 random characters: a shorter key could be that of another guest.',
  ),
  INVALID_SIGNATURE: answer('Check that `STRIPE_WEBHOOK_SECRET` is that of the endpoint, and the clock of the server.'),
  ROUTE_NOT_FOUND: answer('Look the path up in `/api/v1/docs`.'),
  EVENT_STREAM_LIMIT_REACHED: answer(
    'End a stream, or read the checkout with `Prefer: wait`. `details.of` names the limit: caller, checkout, process.',
  ),
  TOO_MANY_REQUESTS: answer('Wait for `Retry-After` seconds. `RateLimit` says how much is left.'),
  AUTHENTICATION_REQUIRED: answer('Sign in and send `Authorization: Bearer …`, or an API key as `X-Api-Key`.'),
  CART_TOKEN_REQUIRED: answer('Send the `cartToken` that came with the cart as `X-Cart-Token`.'),
  ORDER_TOKEN_REQUIRED: answer(
    'Send `?token=` from the link in a mail about the order, or the `cartToken` of its cart as `X-Cart-Token`.',
  ),
  CREDENTIALS_INVALID: answer(
    'Refresh the access token, or sign in again. For an API key, ask the person who created it.',
  ),
  AUTHENTICATION_AMBIGUOUS: answer('Leave one of `Authorization` and `X-Api-Key` out.'),
  SIGN_IN_REFUSED: answer('Correct the e-mail address or the password, or have the password reset.'),
  REFRESH_TOKEN_INVALID: answer(
    'Sign in again. Each refresh token works once; using it a second time ends its session.',
  ),
  MFA_REQUIRED: answer(
    '`POST /api/v1/admin/account/mfa/verify` with a code; set the second factor up before, if there is none.',
  ),
  MFA_CODE_WRONG: answer('Wait for the next code of the app, or use a recovery code.'),
  FORBIDDEN: answer('`details.missing` names the permission: ask an administrator for a role that has it.'),
  PERMISSION_ESCALATION: answer('You lack `details.permissions`: ask a person who holds them.'),
  CART_NOT_FOUND: answer(`${CHECK_ID} A wrong cart token is answered this way too.`),
  CART_ITEM_NOT_FOUND: answer('Read the cart again: the line is gone.'),
  PRODUCT_NOT_FOUND: answer('The product does not exist or is not on sale.'),
  VARIANT_NOT_FOUND: [
    'answer, reason',
    'The variant does not exist or is not on sale: `variantId` says which. Take it out of the cart.',
  ],
  BUNDLE_NOT_FOUND: [
    'answer, reason',
    'The bundle does not exist or is not on sale: `bundleId` says which. Take it out of the cart.',
  ],
  DISCOUNT_CODE_NOT_FOUND: answer('Read the cart again: it has no such code.'),
  COLLECTION_NOT_FOUND: answer('Read `/api/v1/store/collections`.'),
  CHECKOUT_NOT_FOUND: answer(`${CHECK_ID} A wrong cart token is answered this way too.`),
  PRICE_LIST_NOT_FOUND: answer('Read `/api/v1/admin/price-lists`.'),
  PRICING_RULE_NOT_FOUND: answer('Read `/api/v1/admin/pricing-rules`.'),
  DISCOUNT_NOT_FOUND: answer('Read `/api/v1/admin/discounts`.'),
  SHIPPING_METHOD_NOT_FOUND: answer('Read `/api/v1/admin/shipping-methods`.'),
  TAX_CLASS_NOT_FOUND: answer('Read `/api/v1/admin/tax-classes`.'),
  ORDER_NOT_FOUND: answer(`${CHECK_ID} A wrong or expired token is answered this way too.`),
  ADDRESS_NOT_FOUND: answer(CHECK_ID),
  SESSION_NOT_FOUND: answer(CHECK_ID),
  CUSTOMER_NOT_FOUND: answer('Check the id. Staff are not customers.'),
  CUSTOMER_GROUP_NOT_FOUND: answer('Read `/api/v1/admin/customer-groups`.'),
  STAFF_NOT_FOUND: answer('Check the id. Customers are not staff.'),
  ROLE_NOT_FOUND: answer('Read `/api/v1/admin/roles`.'),
  API_KEY_NOT_FOUND: answer('Read `/api/v1/admin/api-keys`.'),
  QUEUE_NOT_FOUND: answer('Read `/api/v1/admin/queues`.'),
  JOB_NOT_FOUND: answer('Read the failed jobs again: this one was retried or has expired.'),
  CART_EMPTY: answer('Add something first.'),
  CART_IN_CHECKOUT: answer('Cancel the checkout, or wait for its end: then the cart is open again, or ordered.'),
  CART_ORDERED: answer('Create another cart.'),
  INSUFFICIENT_INVENTORY: [
    'answer, reason',
    'Show `variantId`, `requested` and `available`; lower the quantity; check out again. For a stock adjustment, count again.',
  ],
  QUANTITY_LIMIT_EXCEEDED: [
    'answer, reason',
    'Ask for no more than `maxPerOrder` units of the variant, or than the `lines`, `codes` or `addresses` that are allowed.',
  ],
  ORDER_UNITS_EXCEEDED: ['answer, reason', 'Ask for no more than `maxUnits` units in all, or buy in several orders.'],
  ORDER_VALUE_EXCEEDED: ['answer, reason', 'Ask for goods of at most `maxValue` paise, or buy in several orders.'],
  OPEN_CHECKOUTS_EXCEEDED: answer(
    'Pay or cancel what is open, or try again after `Retry-After` seconds: at most `maxCheckouts` wait for their payment.',
  ),
  HELD_UNITS_EXCEEDED: answer(
    'Pay or cancel what is open, or try again after `Retry-After` seconds: at most `maxUnits` units are reserved unpaid. This bound does not apply to a checkout of at most 5 units.',
  ),
  BUNDLE_SELECTION_INVALID: [
    'answer, reason',
    'Choose again: `details` names the set, the problem and the expected value.',
  ],
  DISCOUNT_NOT_APPLICABLE: answer('`details.reason` says why; docs/pricing.md lists the reasons.'),
  PRICE_CHANGED: reason(
    'Show `expected` (sent, or last answered for the cart) and `actual`; read the cart, and check out again if the customer agrees.',
  ),
  ADDRESS_NOT_SERVED: reason('Choose another shipping method, or give another address.'),
  SHIPPING_METHOD_UNKNOWN: [
    'answer, reason',
    'Read `GET /api/v1/store/cart/{id}/shipping-methods`, or leave `shippingMethodId` out.',
  ],
  PAYMENT_METHOD_INVALID: reason('Check out again with another method; `providerCode` is the code of the provider.'),
  CHECKOUT_STATE_CONFLICT: answer('Read the checkout: `state` is its current state.'),
  PAYMENT_IN_PROGRESS: answer('Wait for the checkout to leave its busy states (`Prefer: wait=20`), then look again.'),
  IDEMPOTENCY_KEY_REUSED: answer('Use a new key for a new request.'),
  CONCURRENT_UPDATE: answer('Send the same request again.'),
  CONTRADICTION: answer('Correct the problems in `details.problems`: where, problem, expected.'),
  REFERENCE_UNKNOWN: answer('`details.field` names the field, `details.ids` the unknown ids.'),
  IN_USE: answer('Do as `details.instead` says, or take it out of the offers that `details.by` names.'),
  EMAIL_TAKEN: answer('Sign in instead, or have the password reset.'),
  PASSWORD_WRONG: answer('Send the current password.'),
  PASSWORD_UNSUITABLE: answer('Choose another password.'),
  LINK_INVALID: answer('Request another e-mail.'),
  MFA_ALREADY_SET_UP: answer('Remove the second factor first, with its code.'),
  MFA_NOT_SET_UP: answer('`POST /api/v1/admin/account/mfa` starts the setup.'),
  VERSION_REQUIRED: answer('Send the `ETag` of what you read as `If-Match`.'),
  VERSION_MISMATCH: answer('Read it again, check what changed, and send the change with the new `ETag` as `If-Match`.'),
  NAME_TAKEN: answer('Choose another name.'),
  ROLE_BUILTIN: answer('Create your own role; only `requiresMfa` of a built-in role can be changed.'),
  ROLE_IN_USE: answer('Give the staff another role first.'),
  CUSTOMER_GROUP_IN_USE: answer('Remove the customers from the group first.'),
  LAST_ADMIN: answer('Make another person an administrator first.'),
  ACCOUNT_STATE_CONFLICT: answer('Read `details`, and the account: `status` is its current state.'),
  CHECKOUT_IN_PROGRESS: answer('Wait for the checkout to end, or cancel it.'),
  JOB_NOT_FAILED: answer('Nothing to do: it was already retried, or is running.'),
  RESERVATION_EXPIRED: reason('Check out again: the cart is open.'),
  CANCELLED_BY_CUSTOMER: reason('Nothing; the cart is open.'),
  PAID_BUT_OUT_OF_STOCK: reason('Tell the customer: the refund is on its way.'),
  CUSTOMER_ERASED: reason(
    'Nothing to do: the payment arrived after the customer was erased, or more than 30 days after the checkout ended, and is refunded.',
  ),
  PAID_BUT_DISCOUNT_USED_UP: reason(
    'Nothing to do for the payment: it is refunded automatically. Check out again without the discount.',
  ),
  SUPERSEDED: reason('Nothing to do: the late payment of a cart in another checkout is refunded.'),
  PAYMENT_REFUSED: reason(
    'The provider cancelled the payment, or less than the total was paid (`paid`) and is refunded: check out again.',
  ),
  PROVIDER_UNAVAILABLE: reserved(
    'Wait, then try again. A checkout is accepted during an outage of the provider and waits for it.',
  ),
  SHOP_BUSY: answer('Start the checkout again after `Retry-After` seconds, with the same idempotency key.'),
  REQUEST_TIMED_OUT: answer('Try again after `Retry-After` seconds, with the same idempotency key.'),
  DATABASE_BUSY: answer('Try again after `Retry-After` seconds, with the same idempotency key.'),
  DATABASE_UNAVAILABLE: answer('Try again after `Retry-After` seconds, with the same idempotency key.'),
  SIGN_IN_UNAVAILABLE: answer(
    'Try again after `Retry-After` seconds: sign-in attempts cannot be counted while Redis is down.',
  ),
  QUEUE_UNAVAILABLE: answer('Try again: the queues cannot be read while Redis is down. Commands are still accepted.'),
  ANALYTICS_UNAVAILABLE: answer('Try again in some minutes. If it does not end, no worker runs, or its log says why.'),
  INTERNAL_ERROR: answer('Report the `requestId`: the log has the details.'),
};
