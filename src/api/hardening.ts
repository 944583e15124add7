import cors from 'cors';
import type express from 'express';
import helmet from 'helmet';

export interface Hardening {
  /** Origins whose pages may call the API from a browser; none: only pages of this server. */
  corsOrigins: readonly string[];
  /** Tell browsers to come by HTTPS only from now on. */
  isHttpsOnly: boolean;
}

const REQUEST_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, X-Api-Key, X-Cart-Token, X-Request-Id';
const ANSWER_HEADERS =
  'ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id';
const PREFLIGHT_SECONDS = 7_200;

/** Headers that take from browsers whatever an API does not need. Pages that need more set their own policy over it. */
export function hardening({ corsOrigins, isHttpsOnly }: Hardening): express.RequestHandler[] {
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Which pages may read an answer is said by CORS; this one is about embedding it.
    crossOriginResourcePolicy: { policy: corsOrigins.length > 0 ? 'cross-origin' : 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: isHttpsOnly ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    xFrameOptions: { action: 'deny' },
  });
  if (corsOrigins.length === 0) return [headers];
  const origins = cors({
    origin: [...corsOrigins],
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: ANSWER_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  });
  return [headers, origins];
}
