import { randomInt } from 'node:crypto';
import { refused } from '../../../../domain/errors.ts';
import type { Tx } from '../../../../infra/database/unit-of-work.ts';

interface Codes {
  discountId: string;
  codes: readonly string[];
  /** Uses of each code; null: no limit besides those of the discount. */
  maxUses: number | null;
}

/** Adds all codes to a discount, or none. @throws NAME_TAKEN with up to 20 codes that exist already */
export async function addCodes(tx: Tx, input: Codes): Promise<void> {
  const codes = [...new Set(input.codes)];
  const added = await insertCodes(tx, { ...input, codes });
  if (added.length === codes.length) return;
  const addedCodes = new Set(added);
  throw refused('NAME_TAKEN', { codes: codes.filter((code) => !addedCodes.has(code)).slice(0, 20) });
}

/** Omits characters that look alike: 0 and O, 1 and I. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const MAX_ROUNDS = 20;

/** Adds `count` random codes. @throws CONTRADICTION when too few codes of this length are left */
export async function generateCodes(
  tx: Tx,
  { count, prefix, length, ...of }: Omit<Codes, 'codes'> & { count: number; prefix: string; length: number },
): Promise<string[]> {
  const generated: string[] = [];
  for (let round = 0; generated.length < count && round < MAX_ROUNDS; round++) {
    const codes = new Set(Array.from({ length: count - generated.length }, () => prefix + randomCode(length)));
    generated.push(...(await insertCodes(tx, { ...of, codes: [...codes] })));
  }
  if (generated.length < count)
    throw refused('CONTRADICTION', {
      problems: [
        { where: 'length', problem: 'too few unused codes of this length are left', expected: 'a greater length' },
      ],
    });
  return generated;
}

const randomCode = (length: number): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** @returns the codes that did not exist yet */
async function insertCodes(tx: Tx, { discountId, codes, maxUses }: Codes): Promise<string[]> {
  const rows = await tx.query<{ code: string }>(
    `insert into discount_codes (code, discount_id, max_uses, created_at)
      select code, $2, $3, $4 from unnest($1::text[]) as c (code) order by code on conflict do nothing returning code`,
    [codes, discountId, maxUses, tx.now],
  );
  return rows.map(({ code }) => code);
}
