import { missingPermissions } from '../../domain/access/permissions.ts';
import { refused } from '../../domain/errors.ts';

/** The staff member who makes a change, with their permissions. */
export interface Grantor {
  accountId: string;
  permissions: ReadonlySet<string>;
}

/**
 * Refuses to grant or take over permissions that the caller lacks.
 * @throws PERMISSION_ESCALATION with those permissions.
 */
export function refuseEscalation({ permissions }: Grantor, requested: readonly string[]): void {
  const tooMuch = missingPermissions(permissions, requested);
  if (tooMuch.length > 0) throw refused('PERMISSION_ESCALATION', { permissions: tooMuch });
}
