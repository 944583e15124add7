import { findExceededHold } from '../../../entities/checkout/open-checkout-limits.ts';
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

/** Checks the limits of the buyer. @throws RequestFault OPEN_CHECKOUTS_EXCEEDED, HELD_UNITS_EXCEEDED */
export async function refuseOverHold(
  { holdLimits }: ApiDeps,
  tx: Tx,
  { holder, lines }: { holder: string | null; lines: readonly RequestedLine[] },
): Promise<void> {
  if (holder === null) return;
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const exceeded = await findExceededHold(tx, { holder, units }, holdLimits);
  if (exceeded)
    throw new RequestFault(exceeded.code, {
      details: exceeded.details,
      headers: { 'Retry-After': RETRY_AFTER_SECONDS },
    });
}
