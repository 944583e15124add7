import { overHold } from '../../../entities/checkout/checkout-holds.ts';
import type { RequestedLine } from '../../../entities/pricing/priced.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { networkOf } from '../../../infra/network/network.ts';
import { callerOf } from '../../auth/principal.ts';
import type { ApiDeps } from '../../deps.ts';
import { RequestFault } from '../../http/errors/failure.ts';
import type { Call } from '../../http/route.ts';

/** By then somebody has paid, cancelled, or run out of time. */
const RETRY_AFTER_SECONDS = '60';

/**
 * The blind index of the buyer that a checkout counts for: the account of somebody who is signed in, else the network of a
 * guest. null for an external service, which buys for many.
 */
export function holderOf(
  { vault }: ApiDeps,
  { principal, raw }: Pick<Call<unknown, unknown, unknown>, 'principal' | 'raw'>,
) {
  if (principal.kind === 'key') return null;
  return vault.indexOfHolder(callerOf(principal, networkOf(raw.request.ip ?? 'unknown')));
}

/** @throws RequestFault OPEN_CHECKOUTS_EXCEEDED, HELD_UNITS_EXCEEDED */
export async function refuseOverHold(
  { holdLimits }: ApiDeps,
  tx: Tx,
  { holder, lines }: { holder: string | null; lines: readonly RequestedLine[] },
): Promise<void> {
  if (holder === null) return;
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const over = await overHold(tx, { holder, units }, holdLimits);
  if (over)
    throw new RequestFault(over.code, { details: over.details, headers: { 'Retry-After': RETRY_AFTER_SECONDS } });
}
