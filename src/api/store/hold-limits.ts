import { overHold } from '../../entities/checkout-holds.ts';
import type { WantedLine } from '../../entities/pricing/priced.ts';
import { networkOf } from '../../infra/network.ts';
import type { Tx } from '../../infra/unit-of-work.ts';
import type { ApiDeps } from '../deps.ts';
import { RequestFault } from '../failure.ts';
import type { Call } from '../route.ts';

/** By then somebody has paid, cancelled, or run out of time. */
const RETRY_AFTER_SECONDS = '60';

/** The index of the network that a buyer comes from; null for an external service, which buys for many. */
export function networkOfBuyer(
  { vault }: ApiDeps,
  { principal, raw }: Pick<Call<unknown, unknown, unknown>, 'principal' | 'raw'>,
) {
  return principal.kind === 'key' ? null : vault.indexOfNetwork(networkOf(raw.request.ip ?? 'unknown'));
}

/** @throws RequestFault OPEN_CHECKOUTS_EXCEEDED, HELD_UNITS_EXCEEDED */
export async function refuseOverHold(
  { holdLimits }: ApiDeps,
  tx: Tx,
  { network, lines }: { network: string | null; lines: readonly WantedLine[] },
): Promise<void> {
  if (network === null) return;
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const over = await overHold(tx, { network, units }, holdLimits);
  if (over)
    throw new RequestFault(over.code, { details: over.details, headers: { 'Retry-After': RETRY_AFTER_SECONDS } });
}
