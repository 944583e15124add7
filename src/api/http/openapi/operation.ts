import { safeParse } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject } from 'zod-openapi';
import { ERRORS, type ErrorCode } from '../../../domain/errors.ts';
import type { Access, AnswerSpec, RouteFacts } from '../route.ts';
import { ErrorBody } from './components.ts';

/** One route as an OpenAPI operation. */
export function describeRoute(facts: RouteFacts): ZodOpenApiOperationObject {
  return {
    operationId: operationId(facts),
    summary: facts.summary,
    ...(facts.description && { description: facts.description }),
    tags: [facts.tag],
    security: SECURITY[facts.access],
    'x-permission': facts.permission,
    parameters: headerParameters(facts).map((name) => ({ $ref: `#/components/parameters/${name}` })),
    requestParams: { ...(facts.params && { path: facts.params }), ...(facts.query && { query: facts.query }) },
    ...requestBody(facts),
    responses: { ...answers(facts), ...failures(facts) },
  };
}

const [token, key, cart, link] = [{ accessToken: [] }, { apiKey: [] }, { cartToken: [] }, { orderToken: [] }];

/** Each list holds alternatives; `{}` and an empty list mean that no credentials are required. */
const SECURITY: Record<Access, Record<string, string[]>[]> = {
  public: [],
  store: [{}, token, key],
  cart: [cart, token, { ...key, ...cart }],
  checkout: [cart, token, { ...key, ...cart }],
  order: [link, cart, token, { ...key, ...link }],
  customer: [token],
  staff: [token, key],
  person: [token],
  webhook: [{ webhookSignature: [] }],
};

/** get /api/v1/store/cart/{id}/items → getStoreCartByIdItems: changes only with the path, unlike a counter. */
function operationId({ method, path }: RouteFacts): string {
  const words = path
    .replace(/^\/api\/v1/, '')
    .replace(/\{(\w+)\}/g, (_, name: string) => `by-${name}`)
    .split(/[^A-Za-z0-9]+/);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function headerParameters(facts: RouteFacts): string[] {
  const etag = facts.method === 'get' && facts.answers[304] !== undefined;
  return [
    'RequestId',
    ...(facts.idempotent ? ['IdempotencyKey'] : []),
    ...(facts.waits ? ['Prefer'] : []),
    ...(facts.versioned ? ['IfMatch'] : []),
    ...(etag ? ['IfNoneMatch'] : []),
  ];
}

function requestBody(facts: RouteFacts): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  if (facts.rawBody) return { requestBody: { required: true, content: { 'application/json': { schema: {} } } } };
  if (facts.streamedBody) {
    return { requestBody: { required: true, content: { [facts.streamedBody]: { schema: { type: 'string' } } } } };
  }
  if (!facts.body) return {};
  const required = !safeParse(facts.body, undefined).success;
  return { requestBody: { required, content: { 'application/json': { schema: facts.body } } } };
}

const headerRefs = (names: string[]) =>
  Object.fromEntries(names.map((name) => [HEADERS[name] ?? name, { $ref: `#/components/headers/${name}` }]));

const HEADERS: Record<string, string> = {
  RequestId: 'X-Request-Id',
  TraceId: 'X-Trace-Id',
  RetryAfter: 'Retry-After',
  PreferenceApplied: 'Preference-Applied',
};

function answers(facts: RouteFacts): Record<string, ZodOpenApiResponseObject> {
  return Object.fromEntries(
    Object.entries(facts.answers).map(([status, spec]) => {
      const accepted = status === '202' ? ['Location', 'RetryAfter'] : [];
      return [status, answer(spec, [...accepted, ...(facts.waits ? ['PreferenceApplied'] : [])])];
    }),
  );
}

function answer(
  { description, schema, contentType, alternativeType }: AnswerSpec,
  headerNames: string[],
): ZodOpenApiResponseObject {
  const headers = headerRefs(['RequestId', 'TraceId', ...headerNames]);
  if (!schema && !contentType) return { description, headers };
  const alternative = alternativeType && { [alternativeType]: { schema: { type: 'string' as const } } };
  return {
    description,
    headers,
    content: { [contentType ?? 'application/json']: schema ? { schema } : {}, ...alternative },
  };
}

/** The error codes that a route declares, and those of every route of its kind: one response per status. */
function failures(facts: RouteFacts): Record<string, ZodOpenApiResponseObject> {
  const codes = new Set<ErrorCode>(facts.errors);
  if (facts.params || facts.query || facts.body) codes.add('VALIDATION_FAILED');
  if (facts.body) codes.add('MALFORMED_JSON').add('UNSUPPORTED_MEDIA_TYPE');
  if (facts.streamedBody) codes.add('UNSUPPORTED_MEDIA_TYPE');
  if (facts.body || facts.rawBody) codes.add('PAYLOAD_TOO_LARGE');
  for (const code of accessErrors(facts)) codes.add(code);
  if (facts.limit !== 'none' && facts.access !== 'webhook') codes.add('TOO_MANY_REQUESTS');
  if (facts.limit === 'sign-in') codes.add('SIGN_IN_UNAVAILABLE');
  codes.add('INTERNAL_ERROR').add('DATABASE_UNAVAILABLE').add('DATABASE_BUSY').add('REQUEST_TIMED_OUT');
  const byStatus = Map.groupBy(codes, (code) => String(ERRORS[code].status));
  return Object.fromEntries([...byStatus].map(([status, each]) => [status, failure(status, each)]));
}

/** The error codes of missing credentials, permissions or versions. */
function accessErrors({ access, beforeMfa, versioned }: RouteFacts): ErrorCode[] {
  const versionErrors: ErrorCode[] = versioned ? ['VERSION_MISMATCH', 'VERSION_REQUIRED'] : [];
  if (access === 'public' || access === 'webhook') return versionErrors;
  const credentials: ErrorCode[] = ['CREDENTIALS_INVALID', 'AUTHENTICATION_AMBIGUOUS', 'FORBIDDEN', ...versionErrors];
  if (access === 'store') return credentials;
  if (access === 'cart' || access === 'checkout') return [...credentials, 'CART_TOKEN_REQUIRED'];
  if (access === 'order') return [...credentials, 'ORDER_TOKEN_REQUIRED'];
  const signedIn: ErrorCode[] = [...credentials, 'AUTHENTICATION_REQUIRED'];
  return access === 'customer' || beforeMfa ? signedIn : [...signedIn, 'MFA_REQUIRED'];
}

function failure(status: string, codes: ErrorCode[]): ZodOpenApiResponseObject {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].message}`).join('\n\n'),
    headers: headerRefs(['RequestId', 'TraceId', ...(status === '503' || status === '429' ? ['RetryAfter'] : [])]),
    content: { 'application/json': { schema: ErrorBody } },
  };
}
