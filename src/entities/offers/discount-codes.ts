import { randomInt } from 'node:crypto';
import type { Tx } from '../../infra/database/unit-of-work.ts';

export interface NewCodes {
  codes: readonly string[];
  /** Uses of each code; null: no limit besides those of the discount. */
  maxUses: number | null;
}

/** Inserts the codes that nobody has. @returns them */
export async function insertCodes(tx: Tx, discountId: string, { codes, maxUses }: NewCodes): Promise<string[]> {
  const rows = await tx.query<{ code: string }>(
    `insert into discount_codes (code, discount_id, max_uses, created_at)
      select code, $2, $3, $4 from unnest($1::text[]) as c (code) order by code on conflict do nothing returning code`,
    [codes, discountId, maxUses, tx.now],
  );
  return rows.map(({ code }) => code);
}

/** Omits characters that look alike: 0 and O, 1 and I. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Returns at most `count` random codes, each once. `length`: characters after the prefix. */
export function randomCodes(count: number, { prefix, length }: { prefix: string; length: number }): string[] {
  const random = () => Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return [...new Set(Array.from({ length: count }, () => prefix + random()))];
}
