import type express from 'express';
import { type core, safeParse } from 'zod';
import type { Permission } from '../../domain/access/permissions.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Principal } from '../auth/principal.ts';
import { invalid, type Problem, problemsOf } from './errors/problems.ts';

/**
 * Who may call a route.
 * - `public`: everybody, without credentials. `webhook`: the holder of the key that signs the body.
 * - `store`: guests and all signed-in callers. `cart`, `checkout`: the same; a guest sends `X-Cart-Token`.
 * - `order`: the same; a guest sends `X-Cart-Token` or the token of a mail's link.
 * - `customer`: signed-in customers. `staff`: staff with a session or an API key. `person`: staff with a session.
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
  /** Aborts when the client disconnects before the answer is complete. */
  readonly signal: AbortSignal;
  /**
   * Checks the credentials of the request again, for a long answer such as an event stream.
   * @throws RequestFault as at the start of the request
   */
  reauthorise(): Promise<void>;
  raw: Raw;
}

export interface Answer {
  status: number;
  /** Sent as JSON. A Buffer is sent unchanged and needs a Content-Type header. */
  body?: unknown;
  /** A body that is already JSON text. Node.js sends text and headers in one system call, a Buffer in two. */
  json?: string;
  headers?: Record<string, string>;
  /** The ETag of the body; true: its hash. A matching If-None-Match gets 304. */
  etag?: true | string;
}

/** `handled`: the handler sent the response itself, for example as Server-Sent Events. */
export type Outcome = Answer | 'handled';

export interface AnswerSpec {
  description: string;
  schema?: core.$ZodType;
  /** Default: application/json. */
  contentType?: string;
  /** A second content type, which a client selects with `Accept`. */
  alternativeType?: 'text/csv' | 'application/pdf';
}

/** A schema of named values: an object schema, possibly refined or transformed. */
export type Fields<T> = core.$ZodType<T, Record<string, unknown>>;

/** The declaration of a route: what is needed to mount, authorise and document it. */
export interface RouteFacts {
  method: Method;
  /** In OpenAPI style, for example /api/v1/store/cart/{id}. */
  path: string;
  permission: Permission | 'public';
  access: Access;
  summary: string;
  description?: string;
  tag: string;
  params?: Fields<unknown>;
  query?: Fields<unknown>;
  body?: core.$ZodType;
  /** The handler gets the body as a Buffer, with any content type. */
  rawBody?: true;
  /** The content type of a body that the handler reads from the request as a stream. */
  streamedBody?: 'text/csv';
  answers: Record<number, AnswerSpec>;
  errors?: ErrorCode[];
  /** The rate limit; default: `read` for GET, else `write`. */
  limit?: 'sign-in' | 'carts' | 'none';
  /** Documents Idempotency-Key. */
  idempotent?: true;
  /** Documents Prefer: wait. */
  waits?: true;
  /** Staff may call it before they give their second factor. */
  beforeMfa?: true;
  /** Requires If-Match with the version that the caller read. */
  versioned?: true;
}

export interface RouteSpec<P, Q, B, R extends true | undefined = undefined> extends Omit<RouteFacts, 'rawBody'> {
  params?: Fields<P>;
  query?: Fields<Q>;
  body?: core.$ZodType<B>;
  rawBody?: R;
  handle(call: Call<P, Q, R extends true ? Buffer : B>): Promise<Outcome>;
}

/** A request before validation. */
export type RawCall = Call<unknown, unknown, unknown>;

export interface AnyRoute {
  facts: RouteFacts;
  /** @throws RequestFault VALIDATION_FAILED with every problem of path, query and body. */
  answer(call: RawCall): Promise<Outcome>;
}

/** Declares a route: its schemas validate the request, type the handler's call and appear in the API document. */
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
      // Without a schema a value keeps its declared type: Buffer for raw bodies, else unknown.
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
