import { z } from 'zod';
import type { ZodOpenApiComponentsObject } from 'zod-openapi';
import { ERRORS } from '../../../domain/errors.ts';

const Problem = z
  .object({
    where: z.string().meta({ example: 'body.items[0].quantity' }),
    problem: z.string().meta({ example: 'Too small: expected number to be >=1' }),
    expected: z.string().optional().meta({ example: 'at least 1' }),
  })
  .meta({ id: 'Problem', description: 'One thing wrong with a request: where, what, and what would be right.' });

const ErrorCode = z.enum(Object.keys(ERRORS)).meta({
  id: 'ErrorCode',
  description: Object.entries(ERRORS)
    .map(([code, { status, message }]) => `- \`${code}\` (${status}): ${message}`)
    .join('\n'),
});

/** The one shape of every failure. */
export const ErrorBody = z
  .object({
    error: z.object({
      code: ErrorCode,
      type: z.enum([...new Set(Object.values(ERRORS).map(({ type }) => type))]),
      message: z.string(),
      details: z.union([z.array(Problem), z.record(z.string(), z.unknown())]),
      requestId: z.string(),
      timestamp: z.iso.datetime(),
    }),
  })
  .meta({ id: 'Error' });

export const components: ZodOpenApiComponentsObject = {
  schemas: { Error: ErrorBody },
  securitySchemes: {
    accessToken: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'From signing in or refreshing; lives for 15 minutes. Customers and staff sign in at different doors.',
    },
    apiKey: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Api-Key',
      description: 'For external services. It may do what it was made for, as long as its maker may.',
    },
    cartToken: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Cart-Token',
      description: 'The secret given once, when the cart was created. It opens this cart, its checkout and its order.',
    },
    orderToken: {
      type: 'apiKey',
      in: 'query',
      name: 'token',
      description:
        "From the link in a mail about a guest's order. It opens this order, until the day that the mail names.",
    },
    webhookSignature: {
      type: 'apiKey',
      in: 'header',
      name: 'Stripe-Signature',
      description: "The provider's signature over the raw body, at most five minutes old.",
    },
  },
  parameters: {
    RequestId: {
      name: 'X-Request-Id',
      in: 'header',
      description: 'Comes back in the answer and stands on every log line, job and history row the request causes.',
      schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,128}$' },
    },
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      description:
        'Same key and body: the same answer, for 24 hours. Same key, other body: 422 IDEMPOTENCY_KEY_REUSED. A guest who creates a cart sends a random key of at least 16 characters, e.g. a UUID.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
    Prefer: {
      name: 'Prefer',
      in: 'header',
      description:
        '`wait=N`: the answer waits at most N seconds (30 at most) for the checkout to leave its busy states.',
      schema: { type: 'string', examples: ['wait=10'] },
    },
    IfMatch: {
      name: 'If-Match',
      in: 'header',
      required: true,
      description: 'The ETag of what the change is made to. 412 VERSION_MISMATCH when somebody changed it since.',
      schema: { type: 'string', examples: ['"3"'] },
    },
    IfNoneMatch: {
      name: 'If-None-Match',
      in: 'header',
      description: 'The ETag of an earlier answer: 304 while it still holds.',
      schema: { type: 'string' },
    },
  },
  headers: {
    RequestId: { description: 'The request id, given or made.', schema: { type: 'string' } },
    RetryAfter: { description: 'Seconds after which to try again.', schema: { type: 'integer' } },
    Location: { description: 'Where the accepted or created resource is.', schema: { type: 'string' } },
    Allow: { description: 'The methods of this path.', schema: { type: 'string' } },
  },
};
