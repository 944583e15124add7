import { customerIn } from '../../auth/ownership.ts';
import type { Answer, Call } from '../../http/route.ts';
import { type CachedResponse, pricedAnswerOf } from '../cached-responses/cached-response.ts';
import type { CachedResponses } from '../cached-responses/cached-responses.ts';
import type { VisitorPrices } from './visitor-prices.ts';

/** Answers a page at the prices of the caller: a customer has those of the customer's groups, anybody else the public ones. */
export async function pricedAnswer(
  pages: CachedResponses,
  call: Pick<Call<unknown, unknown, unknown>, 'principal'>,
  read: (prices: VisitorPrices) => Promise<CachedResponse>,
): Promise<Answer> {
  const customerId = customerIn(call);
  const prices = await pages.prices(customerId);
  return pricedAnswerOf(await read(prices), { until: prices.until, isSignedIn: customerId !== null });
}
