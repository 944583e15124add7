const COUNTS: Record<string, number> = Object.fromEntries(
  `Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen Seventeen Eighteen
    Nineteen`
    .split(/\s+/)
    .map((word, count) => [word, count]),
);
const TENS: Record<string, number> = Object.fromEntries(
  'Twenty Thirty Forty Fifty Sixty Seventy Eighty Ninety'.split(' ').map((word, index) => [word, 10 * (index + 2)]),
);
const SCALES: Record<string, number> = { Hundred: 100, Thousand: 1_000, Lakh: 100_000 };

/** Reads a whole number that was said with Indian numbering, the way a person adds it up. @throws Error at an unknown word */
function count(words: readonly string[]): number {
  const crore = words.lastIndexOf('Crore');
  if (crore >= 0) return count(words.slice(0, crore)) * 10_000_000 + count(words.slice(crore + 1));
  let [total, small] = [0, 0];
  for (const word of words) {
    const scale = SCALES[word];
    if (scale === undefined) small += COUNTS[word] ?? TENS[word] ?? Number.NaN;
    else [total, small] = [total + small * scale, 0];
  }
  if (Number.isNaN(total + small)) throw new Error(`no number: ${words.join(' ')}`);
  return total + small;
}

/** The paise that somebody hears in `… Rupees and … Paise Only`. */
export function paiseIn(said: string): number {
  const [, rupees = '', paise = ''] = /^(?:(.+) Rupees?)?(?: and )?(?:(.+) Pais[ae])? Only$/.exec(said) ?? [];
  if (!rupees && !paise) throw new Error(`no amount: ${said}`);
  return count(rupees.split(' ').filter(Boolean)) * 100 + count(paise.split(' ').filter(Boolean));
}
