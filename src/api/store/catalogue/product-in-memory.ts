import type express from 'express';
import { networkOf } from '../../../infra/network/network.ts';
import { callerOf, GUEST } from '../../auth/principal.ts';
import { type Limits, writeRateLimit } from '../../http/limits/rate-limits.ts';
import { requestContextOf } from '../../http/request-context.ts';
import { sendAnswer } from '../../http/respond.ts';
import { pricedAnswerOf } from '../cached-responses/cached-response.ts';
import type { CachedResponses } from '../cached-responses/cached-responses.ts';

const PRODUCT = /^\/api\/v1\/store\/products\/([^/?]+)$/;
const ROUTE = '/api/v1/store/products/{idOrSlug}';

/**
 * Answers the page of a product from memory, before the request is routed: `bin/bench reads` shows what that saves. Such a
 * request is counted against the limit of its caller and logged as every other; one for which anything has to be asked
 * or made goes on to its route.
 */
export function productInMemory({ pages, limits }: { pages: CachedResponses; limits: Limits }): express.RequestHandler {
  return (request, response, next) => {
    const idOrSlug = request.method === 'GET' && isOfGuest(request) && PRODUCT.exec(request.url)?.[1];
    const found = idOrSlug ? pages.productInMemory(idOrSlug) : undefined;
    const spent = found && limits.read.spendPrefetched(callerOf(GUEST, networkOf(request.ip ?? 'unknown')));
    if (!found || !spent) return next();
    requestContextOf(response).route = ROUTE;
    writeRateLimit(response, limits.read, spent);
    sendAnswer(request, response, pricedAnswerOf(found.response, { until: found.prices.until, isSignedIn: false }));
  };
}

const isOfGuest = ({ headers }: express.Request): boolean =>
  headers.authorization === undefined && headers['x-api-key'] === undefined;
