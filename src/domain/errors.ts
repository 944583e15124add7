/** The shape of a failure for a client: the HTTP status, the family and a sentence a person can act on. */
export interface ErrorEntry {
  status: number;
  type: ErrorType;
  message: string;
}

export type ErrorType =
  | 'VALIDATION_ERROR'
  | 'AUTHENTICATION_ERROR'
  | 'AUTHORIZATION_ERROR'
  | 'BUSINESS_LOGIC_ERROR'
  | 'INFRASTRUCTURE_ERROR';

/** What to do about a failure: `refused` never retry, `conflict` retry now on fresh data, `unavailable` retry later. */
export type ErrorKind = 'refused' | 'conflict' | 'unavailable';

const invalid = (status: number, message: string): ErrorEntry => ({ status, type: 'VALIDATION_ERROR', message });
const business = (status: number, message: string): ErrorEntry => ({ status, type: 'BUSINESS_LOGIC_ERROR', message });
const broken = (status: number, message: string): ErrorEntry => ({ status, type: 'INFRASTRUCTURE_ERROR', message });
const unauthenticated = (message: string): ErrorEntry => ({ status: 401, type: 'AUTHENTICATION_ERROR', message });
const forbidden = (message: string): ErrorEntry => ({ status: 403, type: 'AUTHORIZATION_ERROR', message });

const CATALOGUE = {
  // The request itself.
  VALIDATION_FAILED: invalid(400, 'The request is not valid.'),
  MALFORMED_JSON: invalid(400, 'The body is not valid JSON.'),
  MALFORMED_REQUEST: invalid(400, 'This is not HTTP.'),
  REQUEST_TIMEOUT: invalid(408, 'The request took too long to arrive.'),
  HEADERS_TOO_LARGE: invalid(431, 'The headers are too large.'),
  PAYLOAD_TOO_LARGE: invalid(413, 'The body is too large.'),
  UNSUPPORTED_MEDIA_TYPE: invalid(415, 'Send the body as application/json.'),
  NOT_ACCEPTABLE: invalid(406, 'None of the accepted media types can be answered.'),
  METHOD_NOT_ALLOWED: invalid(405, 'This path does not know that method.'),
  CURSOR_INVALID: invalid(400, 'The cursor is not one that this list handed out.'),
  IDEMPOTENCY_KEY_INVALID: invalid(400, 'The idempotency key must be 1 to 255 printable characters.'),
  IDEMPOTENCY_KEY_TOO_SHORT: invalid(
    400,
    'The idempotency key of a guest who creates a cart must be random and have at least 16 characters.',
  ),
  INVALID_SIGNATURE: invalid(400, 'The signature is wrong or too old.'),
  ROUTE_NOT_FOUND: business(404, 'There is nothing at this path.'),
  TOO_MANY_REQUESTS: business(429, 'Too many requests; try again later.'),
  EVENT_STREAM_LIMIT_REACHED: business(429, 'Too many event streams are open; end one of them first.'),

  // Who asks.
  AUTHENTICATION_REQUIRED: unauthenticated('Sign in first.'),
  CART_TOKEN_REQUIRED: unauthenticated('Send the token of this cart as X-Cart-Token.'),
  ORDER_TOKEN_REQUIRED: unauthenticated(
    'Send the token of the link in the mail as `token`, or that of the cart as X-Cart-Token.',
  ),
  CREDENTIALS_INVALID: unauthenticated('The access token or API key is wrong, has run out or was revoked.'),
  AUTHENTICATION_AMBIGUOUS: invalid(400, 'Send an access token or an API key, not both.'),
  SIGN_IN_REFUSED: unauthenticated('The e-mail address or the password is wrong.'),
  REFRESH_TOKEN_INVALID: unauthenticated('The refresh token is wrong, was used before, or its session has ended.'),
  MFA_REQUIRED: forbidden('Give the code of your second factor first.'),
  MFA_CODE_WRONG: forbidden('The code is wrong, too old, or was used before.'),
  FORBIDDEN: forbidden('You may not do this.'),
  PERMISSION_ESCALATION: forbidden('You cannot give, or take over, what you may not do yourself.'),

  // What is asked for.
  CART_NOT_FOUND: business(404, 'There is no such cart.'),
  CART_ITEM_NOT_FOUND: business(404, 'The cart has no such item.'),
  PRODUCT_NOT_FOUND: business(404, 'There is no such product.'),
  VARIANT_NOT_FOUND: business(404, 'There is no such variant.'),
  BUNDLE_NOT_FOUND: business(404, 'There is no such bundle.'),
  DISCOUNT_CODE_NOT_FOUND: business(404, 'The cart has no such code.'),
  COLLECTION_NOT_FOUND: business(404, 'There is no such collection.'),
  CHECKOUT_NOT_FOUND: business(404, 'There is no such checkout.'),
  PRICE_LIST_NOT_FOUND: business(404, 'There is no such price list.'),
  PRICING_RULE_NOT_FOUND: business(404, 'There is no such pricing rule.'),
  DISCOUNT_NOT_FOUND: business(404, 'There is no such discount.'),
  SHIPPING_METHOD_NOT_FOUND: business(404, 'There is no such shipping method.'),
  TAX_CLASS_NOT_FOUND: business(404, 'There is no such tax class.'),
  ORDER_NOT_FOUND: business(404, 'There is no such order.'),
  ORDER_COMMAND_NOT_FOUND: business(404, 'The order has no such command.'),
  DOCUMENT_NOT_FOUND: business(404, 'The order has no such credit note.'),
  RUN_NOT_FOUND: business(404, 'There is no such run.'),
  RUN_IN_PROGRESS: business(409, 'Another run goes on.'),
  DISCREPANCY_NOT_FOUND: business(404, 'There is no such discrepancy that waits for a person.'),
  NO_REMEDY: business(409, 'The system can do nothing about this kind by itself.'),
  WEBHOOK_NOT_FOUND: business(404, 'There is no such subscription, or it is switched off.'),
  DELIVERY_NOT_FOUND: business(404, 'The subscription has no such delivery.'),
  SHIPMENT_NOT_FOUND: business(404, 'The order has no such shipment.'),
  RETURN_NOT_FOUND: business(404, 'The order has no such return.'),
  ADDRESS_NOT_FOUND: business(404, 'There is no such address.'),
  SESSION_NOT_FOUND: business(404, 'There is no such session.'),
  CUSTOMER_NOT_FOUND: business(404, 'There is no such customer.'),
  CUSTOMER_GROUP_NOT_FOUND: business(404, 'There is no such customer group.'),
  STAFF_NOT_FOUND: business(404, 'There is no such member of staff.'),
  ROLE_NOT_FOUND: business(404, 'There is no such role.'),
  API_KEY_NOT_FOUND: business(404, 'There is no such API key.'),
  QUEUE_NOT_FOUND: business(404, 'There is no such queue.'),
  IMPORT_NOT_FOUND: business(404, 'There is no such import.'),
  JOB_NOT_FOUND: business(404, 'There is no such job in this queue.'),

  // What the shop's rules refuse.
  CART_EMPTY: business(422, 'The cart is empty.'),
  CART_IN_CHECKOUT: business(409, 'The cart is being checked out and cannot change.'),
  CART_ORDERED: business(409, 'The cart has become an order.'),
  CART_MERGED: business(409, 'The cart has gone into the cart of its customer.'),
  INSUFFICIENT_INVENTORY: business(409, 'There is not enough in stock.'),
  QUANTITY_LIMIT_EXCEEDED: business(422, 'The quantity exceeds the limit of this variant per order.'),
  ORDER_UNITS_EXCEEDED: business(422, 'An order may not hold that many units.'),
  ORDER_VALUE_EXCEEDED: business(422, 'The goods are worth more than one order may hold.'),
  OPEN_CHECKOUTS_EXCEEDED: business(
    429,
    'Too many checkouts of this account or network are unpaid; pay or cancel some, or try again later.',
  ),
  HELD_UNITS_EXCEEDED: business(
    429,
    'The unpaid checkouts of this account or network would hold too many units; pay or cancel some, or try again later.',
  ),
  BUNDLE_SELECTION_INVALID: business(422, 'What was chosen for the bundle does not fit its sets.'),
  DISCOUNT_NOT_APPLICABLE: business(422, 'The code does not apply to this cart.'),
  PRICE_CHANGED: business(409, 'The total is no longer the expected one.'),
  ADDRESS_NOT_SERVED: business(422, 'We do not deliver to this address.'),
  SHIPPING_METHOD_UNKNOWN: business(422, 'There is no such shipping method.'),
  PAYMENT_METHOD_INVALID: business(422, 'The payment provider does not take this payment method.'),
  CHECKOUT_STATE_CONFLICT: business(409, 'The checkout is in a state that does not allow this.'),
  ORDER_STATE_CONFLICT: business(409, 'The order is in a state that does not allow this.'),
  UNITS_UNAVAILABLE: business(409, 'The line has not that many units for this.'),
  REFUND_EXCEEDS_PAYMENT: business(409, 'More would go back than was paid.'),
  NOTHING_TO_REFUND: business(409, 'Nothing was paid for this.'),
  DELIVERY_REFUNDED: business(409, 'What the delivery cost was refunded before.'),
  REFUND_NOT_FAILED: business(409, 'Only a refund that has failed can be tried again.'),
  DOCUMENT_NOT_ISSUED: business(409, 'The invoice is being issued.'),
  SHIPMENT_DELIVERED: business(409, 'The shipment has arrived already.'),
  REVIEW_NOT_FOUND: business(404, 'There is no such review.'),
  REVIEW_TRIAL_NOT_FOUND: business(404, 'There is no such trial.'),
  REVIEW_EXISTS: business(409, 'You have reviewed this variant already.'),
  REVIEW_IS_YOURS: business(409, 'This is your own review.'),
  REVIEW_STATE_CONFLICT: business(409, 'The review is in a state that does not allow this.'),
  REVIEW_CLAIMED: business(409, 'Another moderator has this review, or it does not wait any more.'),
  PURCHASE_REQUIRED: business(422, 'Only what was delivered to you can be reviewed.'),
  RETURN_STATE_CONFLICT: business(409, 'The return is in a state that does not allow this.'),
  PAYMENT_IN_PROGRESS: business(409, 'A payment of this checkout is still being worked on.'),
  IDEMPOTENCY_KEY_REUSED: business(422, 'The idempotency key was used with another request.'),
  CONCURRENT_UPDATE: business(409, 'Someone else changed this at the same time; try again.'),

  // What prices and the catalogue are made of.
  CONTRADICTION: business(422, 'It contradicts itself and could never work.'),
  REFERENCE_UNKNOWN: business(422, 'It refers to something that does not exist.'),
  IN_USE: business(409, 'Something refers to it.'),
  IMPORT_UNREADABLE: business(422, 'The file cannot be read as a CSV file of products.'),
  IMPORT_OVER: business(409, 'The import is over.'),

  // People.
  EMAIL_TAKEN: business(409, 'There is an account with this e-mail address already.'),
  PASSWORD_WRONG: business(422, 'The current password is wrong.'),
  PASSWORD_UNSUITABLE: business(422, 'The password must not be the e-mail address or the name.'),
  LINK_INVALID: business(422, 'The link is wrong, was used before, or has run out.'),
  MFA_ALREADY_SET_UP: business(409, 'A second factor is set up already.'),
  MFA_NOT_SET_UP: business(409, 'No second factor is set up.'),
  VERSION_REQUIRED: invalid(428, 'Say with If-Match which version the change is made to.'),
  VERSION_MISMATCH: business(412, 'It has changed since you read it.'),
  NAME_TAKEN: business(409, 'There is one of this name already.'),
  ROLE_BUILTIN: business(409, 'The permissions and the name of a built-in role cannot be changed.'),
  ROLE_IN_USE: business(409, 'Members of staff have this role.'),
  CUSTOMER_GROUP_IN_USE: business(409, 'Customers are in this group.'),
  LAST_ADMIN: business(409, 'The shop needs an active administrator.'),
  ACCOUNT_STATE_CONFLICT: business(409, 'The account is in a state that does not allow this.'),
  CHECKOUT_IN_PROGRESS: business(409, 'A checkout of this customer is in progress.'),
  JOB_NOT_FAILED: business(409, 'The job has not failed, so there is nothing to run again.'),

  // Why a checkout ended without an order.
  RESERVATION_EXPIRED: business(409, 'The reservation ran out before the payment came.'),
  CANCELLED_BY_CUSTOMER: business(409, 'The customer cancelled the checkout.'),
  PAID_BUT_OUT_OF_STOCK: business(409, 'The payment came late and the stock was gone; it is refunded in full.'),
  PAID_BUT_DISCOUNT_USED_UP: business(
    409,
    'The payment came late and others had used the discount up; it is refunded in full.',
  ),
  SUPERSEDED: business(409, 'Another attempt has taken this checkout over.'),
  CUSTOMER_ERASED: business(409, 'The payment came after the data of the buyer was removed; it is refunded in full.'),
  PAYMENT_REFUSED: business(422, 'The payment was finally refused.'),

  // What is broken on our side.
  PROVIDER_UNAVAILABLE: broken(503, 'The payment provider cannot be reached; try again later.'),
  DATABASE_UNAVAILABLE: broken(503, 'The database cannot be reached; try again later.'),
  DATABASE_BUSY: broken(503, 'The shop is busy: all connections to the database are in use; try again shortly.'),
  SHOP_BUSY: broken(503, 'The shop is behind with its checkouts. Nothing was accepted; try again shortly.'),
  REQUEST_TIMED_OUT: broken(503, 'The request took too long. Repeat it with the same Idempotency-Key, if it had one.'),
  SIGN_IN_UNAVAILABLE: broken(503, 'Nobody can sign in at the moment; try again later.'),
  QUEUE_UNAVAILABLE: broken(503, 'The queue cannot be reached; try again later.'),
  INTERNAL_ERROR: broken(500, 'Something went wrong on our side.'),
} as const satisfies Record<string, ErrorEntry>;

/** Stable and documented: clients branch on it. */
export type ErrorCode = keyof typeof CATALOGUE;

/** The one list of error codes; `api` answers by it, the worker's runner decides retries by `AppError.kind`. */
export const ERRORS: Record<ErrorCode, ErrorEntry> = CATALOGUE;

/** A failure with a name. `details` goes to clients and logs as it is: never put personal data in it. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(failure: { kind: ErrorKind; code: ErrorCode; details?: Record<string, unknown>; message?: string }) {
    super(failure.message ?? ERRORS[failure.code].message);
    this.kind = failure.kind;
    this.code = failure.code;
    this.details = failure.details ?? {};
  }
}

/** The same request will always fail: never retry. */
export function refused(code: ErrorCode, details?: Record<string, unknown>, message?: string): AppError {
  return new AppError({ kind: 'refused', code, details, message });
}

/** Someone was faster: retry at once, on freshly loaded rows. */
export function conflict(code: ErrorCode, details?: Record<string, unknown>, message?: string): AppError {
  return new AppError({ kind: 'conflict', code, details, message });
}

/** Something we depend on is down: retry later. */
export function unavailable(code: ErrorCode, details?: Record<string, unknown>, message?: string): AppError {
  return new AppError({ kind: 'unavailable', code, details, message });
}
