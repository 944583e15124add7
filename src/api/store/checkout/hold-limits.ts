import { findExceededHold, type Held, heldBy } from '../../../entities/checkout/open-checkout-limits.ts';
import type { RequestedLine } from '../../../entities/pricing/pricing-request.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { networkOf } from '../../../infra/network/network.ts';
import { callerKey } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { RequestFault } from '../../http/errors/failure.ts';
import type { Call } from '../../http/route.ts';

/** After a minute some open checkout has usually been paid, cancelled or expired. */
const RETRY_AFTER_SECONDS = '60';

/**
 * The blind index of the buyer whose limits apply to a checkout: the account of a signed-in customer, or the network of
 * a guest. null for an external service, which buys for many customers.
 */
export function holderOf(
  { vault }: ApiDeps,
  { principal, raw }: Pick<Call<unknown, unknown, unknown>, 'principal' | 'raw'>,
) {
  if (principal.kind === 'key') return null;
  return vault.indexOfHolder(callerKey(principal, networkOf(raw.request.ip ?? 'unknown')));
}

/** What the buyer of a checkout holds; null for a buyer without limits. */
export type Hold = { holder: string; before: Held } | null;

/** Reads what the buyer holds. */
export const readHold = async (tx: Tx, holder: string | null): Promise<Hold> =>
  holder === null ? null : { holder, before: await heldBy(tx, holder) };

/** Checks the limits of the buyer. @throws RequestFault OPEN_CHECKOUTS_EXCEEDED, HELD_UNITS_EXCEEDED */
export async function refuseOverHold(
  { holdLimits }: ApiDeps,
  tx: Tx,
  { hold, lines }: { hold: Hold; lines: readonly RequestedLine[] },
): Promise<void> {
  if (hold === null) return;
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const exceeded = await findExceededHold(tx, { ...hold, units }, holdLimits);
  if (exceeded)
    throw new RequestFault(exceeded.code, {
      details: exceeded.details,
      headers: { 'Retry-After': RETRY_AFTER_SECONDS },
    });
}
