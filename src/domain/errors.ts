/** An error for a client: the HTTP status, the family, and a message that says what is wrong and what to do. */
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

/** Whether to retry: `refused` never, `conflict` at once on fresh data, `unavailable` later. */
export type ErrorKind = 'refused' | 'conflict' | 'unavailable';

const invalid = (status: number, message: string): ErrorEntry => ({ status, type: 'VALIDATION_ERROR', message });
const business = (status: number, message: string): ErrorEntry => ({ status, type: 'BUSINESS_LOGIC_ERROR', message });
const infrastructure = (status: number, message: string): ErrorEntry => ({
  status,
  type: 'INFRASTRUCTURE_ERROR',
  message,
});
const unauthenticated = (message: string): ErrorEntry => ({ status: 401, type: 'AUTHENTICATION_ERROR', message });
const forbidden = (message: string): ErrorEntry => ({ status: 403, type: 'AUTHORIZATION_ERROR', message });

const CATALOGUE = {
  // Request format and limits.
  VALIDATION_FAILED: invalid(400, 'The request is invalid. Correct the problems listed in the details.'),
  MALFORMED_JSON: invalid(400, 'The request body is not valid JSON.'),
  MALFORMED_REQUEST: invalid(400, 'The request is not valid HTTP.'),
  REQUEST_TIMEOUT: invalid(408, 'The request took too long to arrive. Send it again.'),
  HEADERS_TOO_LARGE: invalid(431, 'The request headers are too large. Send fewer or shorter headers.'),
  PAYLOAD_TOO_LARGE: invalid(413, 'The request body is too large. Send a smaller body.'),
  UNSUPPORTED_MEDIA_TYPE: invalid(415, 'The media type is not supported. Send the body as application/json.'),
  NOT_ACCEPTABLE: invalid(406, 'None of the media types in the Accept header is supported.'),
  METHOD_NOT_ALLOWED: invalid(405, 'This path does not support this method.'),
  CURSOR_INVALID: invalid(400, 'The cursor is invalid. Use a cursor that this list returned.'),
  IDEMPOTENCY_KEY_INVALID: invalid(
    400,
    'The idempotency key must be 1 to 255 printable ASCII characters without spaces.',
  ),
  IDEMPOTENCY_KEY_TOO_SHORT: invalid(
    400,
    'The idempotency key of a guest who creates a cart must be random and have at least 16 characters.',
  ),
  INVALID_SIGNATURE: invalid(400, 'The signature is invalid or too old.'),
  ROUTE_NOT_FOUND: business(404, 'This path does not exist.'),
  TOO_MANY_REQUESTS: business(429, 'Too many requests. Try again later.'),
  EVENT_STREAM_LIMIT_REACHED: business(429, 'Too many event streams are open. Close one of them first.'),

  // Authentication and permissions.
  AUTHENTICATION_REQUIRED: unauthenticated('Authentication is required. Sign in first.'),
  CART_TOKEN_REQUIRED: unauthenticated('The cart token is missing. Send it in the X-Cart-Token header.'),
  ORDER_TOKEN_REQUIRED: unauthenticated(
    'The order token is missing. Send the token of the e-mailed link, or the cart token as X-Cart-Token.',
  ),
  CREDENTIALS_INVALID: unauthenticated('The access token or API key is invalid, expired or revoked.'),
  AUTHENTICATION_AMBIGUOUS: invalid(400, 'Send an access token or an API key, not both.'),
  SIGN_IN_REFUSED: unauthenticated('The e-mail address or the password is wrong.'),
  REFRESH_TOKEN_INVALID: unauthenticated(
    'The refresh token is invalid, was used before, or its session has ended. Sign in again.',
  ),
  MFA_REQUIRED: forbidden('A second factor is required. Enter its code first.'),
  MFA_CODE_WRONG: forbidden('The code is wrong, expired or was used before.'),
  FORBIDDEN: forbidden('You do not have permission to do this.'),
  PERMISSION_ESCALATION: forbidden('You cannot grant or manage permissions that you do not have yourself.'),

  // Missing resources.
  CART_NOT_FOUND: business(404, 'Cart not found.'),
  CART_ITEM_NOT_FOUND: business(404, 'Item not found in the cart.'),
  PRODUCT_NOT_FOUND: business(404, 'Product not found.'),
  VARIANT_NOT_FOUND: business(404, 'Variant not found.'),
  BUNDLE_NOT_FOUND: business(404, 'Bundle not found.'),
  DISCOUNT_CODE_NOT_FOUND: business(404, 'Discount code not found in the cart.'),
  COLLECTION_NOT_FOUND: business(404, 'Collection not found.'),
  CHECKOUT_NOT_FOUND: business(404, 'Checkout not found.'),
  PRICE_LIST_NOT_FOUND: business(404, 'Price list not found.'),
  PRICING_RULE_NOT_FOUND: business(404, 'Pricing rule not found.'),
  DISCOUNT_NOT_FOUND: business(404, 'Discount not found.'),
  SHIPPING_METHOD_NOT_FOUND: business(404, 'Shipping method not found.'),
  TAX_CLASS_NOT_FOUND: business(404, 'Tax class not found.'),
  ORDER_NOT_FOUND: business(404, 'Order not found.'),
  ORDER_COMMAND_NOT_FOUND: business(404, 'Command not found for this order.'),
  DOCUMENT_NOT_FOUND: business(404, 'Credit note not found for this order.'),
  RUN_NOT_FOUND: business(404, 'Run not found.'),
  RUN_IN_PROGRESS: business(409, 'Another run is in progress. Wait until it has finished.'),
  DISCREPANCY_NOT_FOUND: business(404, 'Open discrepancy not found.'),
  NO_REMEDY: business(409, 'The system cannot resolve this kind of discrepancy by itself.'),
  WEBHOOK_NOT_FOUND: business(404, 'Webhook subscription not found, or it is disabled.'),
  DELIVERY_NOT_FOUND: business(404, 'Delivery not found for this webhook subscription.'),
  SHIPMENT_NOT_FOUND: business(404, 'Shipment not found for this order.'),
  RETURN_NOT_FOUND: business(404, 'Return not found for this order.'),
  ADDRESS_NOT_FOUND: business(404, 'Address not found.'),
  SESSION_NOT_FOUND: business(404, 'Session not found.'),
  CUSTOMER_NOT_FOUND: business(404, 'Customer not found.'),
  CUSTOMER_GROUP_NOT_FOUND: business(404, 'Customer group not found.'),
  STAFF_NOT_FOUND: business(404, 'Staff member not found.'),
  ROLE_NOT_FOUND: business(404, 'Role not found.'),
  API_KEY_NOT_FOUND: business(404, 'API key not found.'),
  QUEUE_NOT_FOUND: business(404, 'Queue not found.'),
  IMPORT_NOT_FOUND: business(404, 'Import not found.'),
  JOB_NOT_FOUND: business(404, 'Job not found in this queue.'),

  // Business rules.
  CART_EMPTY: business(422, 'The cart is empty.'),
  CART_IN_CHECKOUT: business(409, 'The cart cannot be changed during checkout. Cancel the checkout first.'),
  CART_ORDERED: business(409, 'The cart has been ordered and cannot be changed. Create a new cart.'),
  CART_MERGED: business(409, 'The cart was merged into the cart of its customer. Use that cart.'),
  INSUFFICIENT_INVENTORY: business(409, 'Not enough units are in stock. Reduce the quantity.'),
  QUANTITY_LIMIT_EXCEEDED: business(422, 'The quantity exceeds the limit per order for this variant.'),
  ORDER_UNITS_EXCEEDED: business(422, 'The number of units exceeds the limit per order.'),
  ORDER_VALUE_EXCEEDED: business(422, 'The value of the goods exceeds the limit per order.'),
  OPEN_CHECKOUTS_EXCEEDED: business(
    429,
    'Too many unpaid checkouts for this account or network. Pay or cancel some, or try again later.',
  ),
  HELD_UNITS_EXCEEDED: business(
    429,
    'The unpaid checkouts of this account or network hold too many units. Pay or cancel some, or try again later.',
  ),
  BUNDLE_SELECTION_INVALID: business(422, 'The selection does not match the sets of the bundle.'),
  DISCOUNT_NOT_APPLICABLE: business(422, 'The discount code does not apply to this cart.'),
  PRICE_CHANGED: business(
    409,
    'The total has changed and differs from the expected total. Show the new total to the customer.',
  ),
  ADDRESS_NOT_SERVED: business(422, 'The shop does not deliver to this address.'),
  SHIPPING_METHOD_UNKNOWN: business(422, 'Unknown shipping method. Choose one of the available methods.'),
  PAYMENT_METHOD_INVALID: business(422, 'The payment provider does not accept this payment method.'),
  CHECKOUT_STATE_CONFLICT: business(409, 'The current state of the checkout does not allow this.'),
  ORDER_STATE_CONFLICT: business(409, 'The current state of the order does not allow this.'),
  UNITS_UNAVAILABLE: business(409, 'The order line does not have enough units left for this.'),
  REFUND_EXCEEDS_PAYMENT: business(409, 'The refund exceeds the amount that was paid.'),
  NOTHING_TO_REFUND: business(409, 'There is nothing to refund: nothing was paid.'),
  DELIVERY_REFUNDED: business(409, 'The delivery charge has already been refunded.'),
  REFUND_NOT_FAILED: business(409, 'Only a failed refund can be retried.'),
  DOCUMENT_NOT_ISSUED: business(409, 'The invoice has not been issued yet. Try again shortly.'),
  SHIPMENT_DELIVERED: business(409, 'The shipment has already been delivered.'),
  REVIEW_NOT_FOUND: business(404, 'Review not found.'),
  REVIEW_TRIAL_NOT_FOUND: business(404, 'Policy trial not found.'),
  REVIEW_EXISTS: business(409, 'You have already reviewed this variant.'),
  REVIEW_IS_YOURS: business(409, 'You cannot do this with your own review.'),
  REVIEW_STATE_CONFLICT: business(409, 'The current state of the review does not allow this.'),
  REVIEW_CLAIMED: business(409, 'Another moderator has claimed this review, or it no longer waits for a decision.'),
  PURCHASE_REQUIRED: business(422, 'Only a variant that was delivered to you can be reviewed.'),
  RETURN_STATE_CONFLICT: business(409, 'The current state of the return does not allow this.'),
  PAYMENT_IN_PROGRESS: business(409, 'A payment for this checkout is in progress. Try again shortly.'),
  IDEMPOTENCY_KEY_REUSED: business(422, 'The idempotency key was already used for a different request. Use a new key.'),
  CONCURRENT_UPDATE: business(409, 'The resource was changed at the same time. Try again.'),

  // Prices and catalogue.
  CONTRADICTION: business(422, 'The values contradict each other. Correct the problems listed in the details.'),
  REFERENCE_UNKNOWN: business(422, 'The request refers to a resource that does not exist.'),
  IN_USE: business(409, 'The resource is in use and cannot be deleted.'),
  IMPORT_UNREADABLE: business(422, 'The file is not a valid CSV file of products.'),
  IMPORT_OVER: business(409, 'The import has already ended.'),

  // Accounts, staff and versions.
  EMAIL_TAKEN: business(409, 'An account with this e-mail address already exists.'),
  PASSWORD_WRONG: business(422, 'The current password is wrong.'),
  PASSWORD_UNSUITABLE: business(422, 'The password must not be the e-mail address or the name.'),
  LINK_INVALID: business(422, 'The link is invalid, expired or was used before. Request a new one.'),
  MFA_ALREADY_SET_UP: business(409, 'A second factor is already set up.'),
  MFA_NOT_SET_UP: business(409, 'No second factor is set up.'),
  VERSION_REQUIRED: invalid(428, 'The If-Match header is missing. Send the version that you want to change.'),
  VERSION_MISMATCH: business(412, 'The resource has changed since you read it. Read it again.'),
  NAME_TAKEN: business(409, 'The name is already in use.'),
  ROLE_BUILTIN: business(409, 'A built-in role cannot be renamed, and its permissions cannot be changed.'),
  ROLE_IN_USE: business(409, 'The role is assigned to staff members and cannot be deleted.'),
  CUSTOMER_GROUP_IN_USE: business(409, 'The customer group has members and cannot be deleted.'),
  LAST_ADMIN: business(409, 'The shop needs at least one active administrator.'),
  ACCOUNT_STATE_CONFLICT: business(409, 'The current state of the account does not allow this.'),
  CHECKOUT_IN_PROGRESS: business(409, 'A checkout of this customer is in progress.'),
  JOB_NOT_FAILED: business(409, 'Only a failed job can be retried.'),

  // Reasons for a checkout that ended without an order.
  RESERVATION_EXPIRED: business(409, 'The reservation expired before the payment arrived.'),
  CANCELLED_BY_CUSTOMER: business(409, 'The customer cancelled the checkout.'),
  PAID_BUT_OUT_OF_STOCK: business(
    409,
    'The payment arrived late and the goods are out of stock. It is refunded in full.',
  ),
  PAID_BUT_DISCOUNT_USED_UP: business(
    409,
    'The payment arrived late and the discount was used up. It is refunded in full.',
  ),
  SUPERSEDED: business(409, 'The payment arrived late and the cart is in another checkout. It is refunded in full.'),
  CUSTOMER_ERASED: business(
    409,
    "The payment arrived after the buyer's personal data was erased. It is refunded in full.",
  ),
  PAYMENT_REFUSED: business(
    422,
    'The payment was cancelled, or it was less than the total and is refunded. Check out again.',
  ),

  // Infrastructure.
  PROVIDER_UNAVAILABLE: infrastructure(503, 'The payment provider is unavailable. Try again later.'),
  DATABASE_UNAVAILABLE: infrastructure(503, 'The database is unavailable. Try again later.'),
  DATABASE_BUSY: infrastructure(503, 'The shop is busy: all database connections are in use. Try again shortly.'),
  SHOP_BUSY: infrastructure(
    503,
    'The shop is busy: too many checkouts are waiting. The request was not accepted. Try again shortly.',
  ),
  REQUEST_TIMED_OUT: infrastructure(
    503,
    'The request took too long. Send it again, with the same Idempotency-Key if it had one.',
  ),
  SIGN_IN_UNAVAILABLE: infrastructure(503, 'Sign-in is temporarily unavailable. Try again later.'),
  QUEUE_UNAVAILABLE: infrastructure(503, 'The queue is unavailable. Try again later.'),
  ANALYTICS_UNAVAILABLE: infrastructure(
    503,
    'The sums of the orders are not complete yet: workers are adding up the orders. Try again in some minutes.',
  ),
  INTERNAL_ERROR: infrastructure(500, 'An internal error occurred.'),
} as const satisfies Record<string, ErrorEntry>;

/** Stable and documented, because clients branch on it. */
export type ErrorCode = keyof typeof CATALOGUE;

/** All error codes. The API answers with these entries; workers decide retries by `AppError.kind`. */
export const ERRORS: Record<ErrorCode, ErrorEntry> = CATALOGUE;

/** An error with a code. `details` goes to clients and logs unchanged: never put personal data in it. */
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

/** Creates an error of a request that always fails: never retry. */
export function refused(code: ErrorCode, details?: Record<string, unknown>, message?: string): AppError {
  return new AppError({ kind: 'refused', code, details, message });
}

/** Creates an error of a concurrent change: retry at once, on freshly loaded rows. */
export function conflict(code: ErrorCode, details?: Record<string, unknown>, message?: string): AppError {
  return new AppError({ kind: 'conflict', code, details, message });
}

/** Creates an error of an unavailable dependency: retry later. */
export function unavailable(code: ErrorCode, details?: Record<string, unknown>, message?: string): AppError {
  return new AppError({ kind: 'unavailable', code, details, message });
}
