import { randomInt } from 'node:crypto';
import { refused } from '../../../../domain/errors.ts';
import type { Tx } from '../../../../infra/database/unit-of-work.ts';

interface Codes {
  discountId: string;
  codes: readonly string[];
  /** Of each code; null: as often as the discount allows. */
  maxUses: number | null;
}

/** Adds codes to a discount, all or none. @throws NAME_TAKEN naming those that exist already */
export async function addCodes(tx: Tx, wanted: Codes): Promise<void> {
  const codes = [...new Set(wanted.codes)];
  const added = await insertCodes(tx, { ...wanted, codes });
  if (added.length === codes.length) return;
  const isAdded = new Set(added);
  throw refused('NAME_TAKEN', { codes: codes.filter((code) => !isAdded.has(code)).slice(0, 20) });
}

/** Without letters and digits that look alike. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const MOST_ROUNDS = 20;

/** Adds `count` codes that nobody can guess. @throws Error when the codes of this length are nearly used up */
export async function generateCodes(
  tx: Tx,
  { count, prefix, length, ...of }: Omit<Codes, 'codes'> & { count: number; prefix: string; length: number },
): Promise<string[]> {
  const made: string[] = [];
  for (let round = 0; made.length < count && round < MOST_ROUNDS; round++) {
    const codes = new Set(Array.from({ length: count - made.length }, () => prefix + randomCode(length)));
    made.push(...(await insertCodes(tx, { ...of, codes: [...codes] })));
  }
  if (made.length < count)
    throw refused('CONTRADICTION', {
      problems: [{ where: 'length', problem: 'there are not so many codes of this length', expected: 'longer ones' }],
    });
  return made;
}

const randomCode = (length: number): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** @returns those that were not there yet. */
async function insertCodes(tx: Tx, { discountId, codes, maxUses }: Codes): Promise<string[]> {
  const rows = await tx.query<{ code: string }>(
    `insert into discount_codes (code, discount_id, max_uses, created_at)
      select code, $2, $3, $4 from unnest($1::text[]) as c (code) order by code on conflict do nothing returning code`,
    [codes, discountId, maxUses, tx.now],
  );
  return rows.map(({ code }) => code);
}
