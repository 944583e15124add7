import { customerIdOf } from '../../auth/ownership.ts';
import { requestContextOf } from '../../http/request-context.ts';
import type { Answer, Call } from '../../http/route.ts';
import { pricedAnswerOf } from '../cached-responses/cached-response.ts';
import type { CachedResponses, PricedResponse } from '../cached-responses/cached-responses.ts';

/** Responds with the prices of the caller: the prices of the customer's groups, or the public prices. */
export async function pricedAnswer(
  cachedResponses: CachedResponses,
  call: Pick<Call<unknown, unknown, unknown>, 'principal' | 'raw'>,
  { read, inMemory }: PricedResponse,
): Promise<Answer> {
  const customerId = customerIdOf(call);
  const prices = await cachedResponses.prices(customerId);
  const response = await read(prices);
  const { request, response: sent } = call.raw;
  cachedResponses.ready.remember(request.originalUrl, { route: requestContextOf(sent).route, inMemory });
  return pricedAnswerOf(response, { until: prices.until, isSignedIn: customerId !== null });
}
