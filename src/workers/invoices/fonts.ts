import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);
const file = (subset: string, weight: number): string =>
  resolve(`@fontsource/noto-sans/files/noto-sans-${subset}-${weight}-normal.woff`);

/** The scripts that can be set; whatever is in none of them shows as an empty box. */
const SUBSETS = ['latin', 'latin-ext', 'devanagari'] as const;

export const FONTS = Object.fromEntries(
  SUBSETS.map((subset) => [subset, { normal: file(subset, 400), bold: file(subset, 700) }]),
);

/** Every file that the fonts are read from: nothing else may be read by what is on a page. */
export const FONT_FILES: ReadonlySet<string> = new Set(Object.values(FONTS).flatMap((font) => Object.values(font)));

type Range = [from: number, to: number];

const ranges: Record<string, string> = JSON.parse(readFileSync(resolve('@fontsource/noto-sans/unicode.json'), 'utf8'));
const RANGES = SUBSETS.map((subset): [subset: string, ranges: Range[]] => [subset, rangesOf(ranges[subset] ?? '')]);

/** `U+0900-097F,U+20B9` */
function rangesOf(text: string): Range[] {
  return text.split(',').map((range): Range => {
    const [from = '', to = from] = range.replace('U+', '').split('-');
    return [Number.parseInt(from, 16), Number.parseInt(to, 16)];
  });
}

const fontOf = (sign: string): string => {
  const code = sign.codePointAt(0) ?? 0;
  return RANGES.find(([, all]) => all.some(([from, to]) => code >= from && code <= to))?.[0] ?? 'latin';
};

/** A text cut into pieces that each one font has the signs of. */
export function setInFonts(text: string): { text: string; font: string }[] {
  const runs: { text: string; font: string }[] = [];
  for (const sign of text.normalize('NFC')) {
    const font = fontOf(sign);
    const last = runs.at(-1);
    // Spaces and joiners go with whatever they stand in: a word must not be torn apart.
    if (last && (last.font === font || /[\s\u200c\u200d]/u.test(sign))) last.text += sign;
    else runs.push({ text: sign, font });
  }
  return runs;
}
