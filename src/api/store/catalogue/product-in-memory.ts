import type express from 'express';
import { networkOf } from '../../../infra/network/network.ts';
import { callerKey, GUEST } from '../../auth/principal.ts';
import { type RateLimits, writeRateLimit } from '../../http/limits/rate-limits.ts';
import { requestContextOf } from '../../http/request-context.ts';
import { sendAnswer } from '../../http/respond.ts';
import { pricedAnswerOf } from '../cached-responses/cached-response.ts';
import type { CachedResponses } from '../cached-responses/cached-responses.ts';

const PRODUCT = /^\/api\/v1\/store\/products\/([^/?]+)$/;
const ROUTE = '/api/v1/store/products/{idOrSlug}';

/**
 * Serves the product route from memory before routing, for visitors who are not signed in; `bin/bench reads` measures
 * the gain. The request still counts against the rate limit of its caller and is logged. A request that needs Redis or
 * PostgreSQL continues to its route.
 */
export function productInMemory({
  cachedResponses,
  limits,
}: {
  cachedResponses: CachedResponses;
  limits: RateLimits;
}): express.RequestHandler {
  return (request, response, next) => {
    const idOrSlug = request.method === 'GET' && isAnonymous(request) && PRODUCT.exec(request.url)?.[1];
    const found = idOrSlug ? cachedResponses.productInMemory(idOrSlug) : undefined;
    const rateLimit = found && limits.read.spendPrefetched(callerKey(GUEST, networkOf(request.ip ?? 'unknown')));
    if (!found || !rateLimit) return next();
    requestContextOf(response).route = ROUTE;
    writeRateLimit(response, limits.read, rateLimit);
    sendAnswer(request, response, pricedAnswerOf(found.response, { until: found.prices.until, isSignedIn: false }));
  };
}

const isAnonymous = ({ headers }: express.Request): boolean =>
  headers.authorization === undefined && headers['x-api-key'] === undefined;
