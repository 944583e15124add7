import type express from 'express';
import { type core, safeParse } from 'zod';
import type { Permission } from '../../domain/access/permissions.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Principal } from '../auth/principal.ts';
import { invalid, type Problem, problemsOf } from './errors/problems.ts';

/**
 * Who may knock. `public`: nobody is asked who they are. `store`: guests and whoever signed in; `cart` and `checkout`: the
 * same, and a guest shows `X-Cart-Token`; `order`: the same, or the token of a link. `customer`, `staff` (with a session or an API key), `person` (staff, no API key).
 * `webhook`: a signature over the body.
 */
export type Access = 'public' | 'store' | 'cart' | 'checkout' | 'order' | 'customer' | 'staff' | 'person' | 'webhook';
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface Raw {
  request: express.Request;
  response: express.Response;
}

export interface Call<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | undefined>>;
  requestId: string;
  principal: Principal;
  /** Aborts when the client goes away before the answer is complete. */
  readonly signal: AbortSignal;
  /**
   * Whether the credentials of the request still hold, for an answer that takes long.
   * @throws RequestFault as at the beginning of the request
   */
  admitAgain(): Promise<void>;
  raw: Raw;
}

export interface Answer {
  status: number;
  /** Sent as JSON; a Buffer is sent as it is (give its Content-Type). */
  body?: unknown;
  /** A body that is JSON already. One text leaves with its headers in one call of the system, a Buffer in two pieces. */
  json?: string;
  headers?: Record<string, string>;
  /** The ETag of these bytes; true: have them hashed. A matching If-None-Match is answered 304. */
  etag?: true | string;
}

/** `handled`: the handler wrote the response itself, as for Server-Sent Events. */
export type Outcome = Answer | 'handled';

export interface AnswerSpec {
  description: string;
  schema?: core.$ZodType;
  /** Default: application/json. */
  contentType?: string;
  /** A content type that a client may ask for instead, by `Accept`. */
  orAs?: 'text/csv' | 'application/pdf';
}

/** The schema of named values: an object, or one that is then refined or transformed. */
export type Fields<T> = core.$ZodType<T, Record<string, unknown>>;

/** What a route says about itself: enough to mount it, to guard it and to document it. */
export interface RouteFacts {
  method: Method;
  /** OpenAPI style: /api/v1/store/cart/{id}. */
  path: string;
  permission: Permission | 'public';
  access: Access;
  summary: string;
  description?: string;
  tag: string;
  params?: Fields<unknown>;
  query?: Fields<unknown>;
  body?: core.$ZodType;
  /** The handler gets the bytes as a Buffer, of any content type. */
  rawBody?: true;
  /** A body of this content type, which the handler reads from the request itself as it comes in. */
  streamedBody?: 'text/csv';
  answers: Record<number, AnswerSpec>;
  errors?: ErrorCode[];
  /** The class of rate limit, where it does not follow from the method. */
  limit?: 'sign-in' | 'carts' | 'none';
  /** Documents Idempotency-Key. */
  idempotent?: true;
  /** Documents Prefer: wait. */
  waits?: true;
  /** Staff may use it before they have given their second factor. */
  beforeMfa?: true;
  /** Wants If-Match with the version that the change is made to. */
  versioned?: true;
}

export interface RouteSpec<P, Q, B, R extends true | undefined = undefined> extends Omit<RouteFacts, 'rawBody'> {
  params?: Fields<P>;
  query?: Fields<Q>;
  body?: core.$ZodType<B>;
  rawBody?: R;
  handle(call: Call<P, Q, R extends true ? Buffer : B>): Promise<Outcome>;
}

/** A request as it arrived: nothing validated yet. */
export type RawCall = Call<unknown, unknown, unknown>;

export interface AnyRoute {
  facts: RouteFacts;
  /** @throws RequestFault VALIDATION_FAILED naming every problem of path, query and body. */
  answer(call: RawCall): Promise<Outcome>;
}

/** Declares a route: the schemas validate the request, type the handler's call and become the API document. */
export function route<P, Q, B, R extends true | undefined = undefined>(spec: RouteSpec<P, Q, B, R>): AnyRoute {
  const { handle, ...facts } = spec;
  return {
    facts,
    answer(call) {
      const problems: Problem[] = [];
      const params = check(spec.params, { where: 'path', value: call.params }, problems);
      const query = check(spec.query, { where: 'query', value: call.query }, problems);
      const body = check(spec.body, { where: 'body', value: call.body }, problems);
      if (problems.length > 0) return Promise.reject(invalid(problems));
      // Without a schema the value keeps the type the route declared: Buffer for raw bodies, else unknown.
      Object.assign(call, { params, query, body });
      return handle.call(spec, call as Call<P, Q, R extends true ? Buffer : B>);
    },
  };
}

function check(
  schema: core.$ZodType | undefined,
  part: { where: string; value: unknown },
  problems: Problem[],
): unknown {
  const { value } = part;
  if (!schema) return value;
  const result = safeParse(schema, value);
  if (result.success) return result.data;
  problems.push(...problemsOf(result.error.issues, part));
  return undefined;
}
