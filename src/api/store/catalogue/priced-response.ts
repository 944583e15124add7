import { customerIdOf } from '../../auth/ownership.ts';
import type { Answer, Call } from '../../http/route.ts';
import { type CachedResponse, pricedAnswerOf } from '../cached-responses/cached-response.ts';
import type { CachedResponses } from '../cached-responses/cached-responses.ts';
import type { VisitorPrices } from './visitor-prices.ts';

/** Responds with the prices of the caller: the prices of the customer's groups, or the public prices. */
export async function pricedAnswer(
  cachedResponses: CachedResponses,
  call: Pick<Call<unknown, unknown, unknown>, 'principal'>,
  read: (prices: VisitorPrices) => Promise<CachedResponse>,
): Promise<Answer> {
  const customerId = customerIdOf(call);
  const prices = await cachedResponses.prices(customerId);
  return pricedAnswerOf(await read(prices), { until: prices.until, isSignedIn: customerId !== null });
}
