import { z } from 'zod';
import type { ZodOpenApiComponentsObject } from 'zod-openapi';
import { ERRORS } from '../../../domain/errors.ts';

const Problem = z
  .object({
    where: z.string().meta({ example: 'body.items[0].quantity' }),
    problem: z.string().meta({ example: 'Too small: expected number to be >=1' }),
    expected: z.string().optional().meta({ example: 'at least 1' }),
  })
  .meta({ id: 'Problem', description: 'A problem of a request: where it is, what is wrong, and what is expected.' });

const ErrorCode = z.enum(Object.keys(ERRORS)).meta({
  id: 'ErrorCode',
  description: Object.entries(ERRORS)
    .map(([code, { status, message }]) => `- \`${code}\` (${status}): ${message}`)
    .join('\n'),
});

/** The body of every error response. */
export const ErrorBody = z
  .object({
    error: z.object({
      code: ErrorCode,
      type: z.enum([...new Set(Object.values(ERRORS).map(({ type }) => type))]),
      message: z.string().meta({ description: 'Says what is wrong and what to do.' }),
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
        'From a sign-in or a refresh; valid for 15 minutes. Customers and staff have separate sign-in routes.',
    },
    apiKey: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Api-Key',
      description:
        'For external services. A key has the permissions that it was created with, as long as its creator has them.',
    },
    cartToken: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Cart-Token',
      description:
        'The secret of a cart, answered once, when the cart was created. Grants access to the cart, its checkout and its order.',
    },
    orderToken: {
      type: 'apiKey',
      in: 'query',
      name: 'token',
      description:
        "From the link in a mail about a guest's order. Grants access to this order until the date in the mail.",
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
      description:
        'The answer repeats it; every log line, job and history row of the request carries it. Default: a new UUID.',
      schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,128}$' },
    },
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      description:
        'The same key and body get the same answer for 24 hours; the same key with another body or another id in the path gets 422 IDEMPOTENCY_KEY_REUSED. A guest who creates a cart sends a random key of at least 16 characters, for example a UUID.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
    Prefer: {
      name: 'Prefer',
      in: 'header',
      description: '`wait=N`: wait up to N seconds (maximum 30) until the resource is no longer busy. Default: 0.',
      schema: { type: 'string', examples: ['wait=10'] },
    },
    IfMatch: {
      name: 'If-Match',
      in: 'header',
      required: true,
      description: 'The ETag of the version that you read. 412 VERSION_MISMATCH when the resource changed since.',
      schema: { type: 'string', examples: ['"3"'] },
    },
    IfNoneMatch: {
      name: 'If-None-Match',
      in: 'header',
      description: 'The ETag of an earlier answer; 304 while the answer is unchanged.',
      schema: { type: 'string' },
    },
  },
  headers: {
    RequestId: { description: 'The request id: the one that was sent, else a new one.', schema: { type: 'string' } },
    TraceId: {
      description: 'The id of the trace: the one of the `traceparent` that was sent, else a new one.',
      schema: { type: 'string', pattern: '^[0-9a-f]{32}$' },
    },
    RetryAfter: { description: 'Seconds to wait before the next try.', schema: { type: 'integer' } },
    PreferenceApplied: {
      description: '`wait=N`: the server waited up to N seconds, at most 30. Absent without `Prefer: wait`.',
      schema: { type: 'string', examples: ['wait=10'] },
    },
    Location: { description: 'The path of the accepted or created resource.', schema: { type: 'string' } },
    Allow: { description: 'The methods that this path supports.', schema: { type: 'string' } },
  },
};
