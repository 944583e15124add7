import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

/** The scripts that can be set, by the package of each; the first that has a sign sets it. */
const SCRIPTS = {
  latin: '@fontsource/noto-sans',
  'latin-ext': '@fontsource/noto-sans',
  devanagari: '@fontsource/noto-sans',
  bengali: '@fontsource/noto-sans-bengali',
  gurmukhi: '@fontsource/noto-sans-gurmukhi',
  gujarati: '@fontsource/noto-sans-gujarati',
  oriya: '@fontsource/noto-sans-oriya',
  tamil: '@fontsource/noto-sans-tamil',
  telugu: '@fontsource/noto-sans-telugu',
  kannada: '@fontsource/noto-sans-kannada',
  malayalam: '@fontsource/noto-sans-malayalam',
} as const;
type Script = keyof typeof SCRIPTS;

const ALL = Object.entries(SCRIPTS) as [Script, string][];

const file = (script: Script, weight: number): string => {
  const font = SCRIPTS[script];
  return resolve(`${font}/files/${font.replace('@fontsource/', '')}-${script}-${weight}-normal.woff`);
};

/** Each is read when a document first needs it. */
export const FONTS = Object.fromEntries(
  ALL.map(([script]) => [script, { normal: file(script, 400), bold: file(script, 700) }]),
);

export const LATIN = file('latin', 400);

/** Every file that the fonts are read from: nothing else may be read by what is on a page. */
export const FONT_FILES: ReadonlySet<string> = new Set(Object.values(FONTS).flatMap((font) => Object.values(font)));

type Range = [from: number, to: number];

const RANGES = new Map(
  ALL.map(([script, font]): [Script, Range[]] => {
    const ranges: Record<string, string> = JSON.parse(readFileSync(resolve(`${font}/unicode.json`), 'utf8'));
    return [script, rangesOf(ranges[script] ?? '')];
  }),
);

/** `U+0900-097F,U+20B9` */
function rangesOf(text: string): Range[] {
  return text.split(',').map((range): Range => {
    const [from = '', to = from] = range.replace('U+', '').split('-');
    return [Number.parseInt(from, 16), Number.parseInt(to, 16)];
  });
}

const has = (script: Script, code: number): boolean =>
  RANGES.get(script)?.some(([from, to]) => code >= from && code <= to) ?? false;

/** Shown for a sign that no font has: a question mark in a diamond instead of an empty box. */
const UNKNOWN = '\uFFFD';
const SPACE = 32;

/** A text cut into pieces that each one font has the signs of. */
export function setInFonts(text: string): { text: string; font: Script }[] {
  const runs: { text: string; font: Script }[] = [];
  for (const sign of text.normalize('NFC')) {
    const code = sign.codePointAt(0) ?? 0;
    const last = runs.at(-1);
    // Spaces, joiners and marks go with the script that they stand in: a word must not be torn apart.
    if (last && (code === SPACE || has(last.font, code))) {
      last.text += sign;
      continue;
    }
    const font = ALL.find(([script]) => has(script, code))?.[0];
    if (font) runs.push({ text: sign, font });
    else if (last?.font === 'latin') last.text += UNKNOWN;
    else runs.push({ text: UNKNOWN, font: 'latin' });
  }
  return runs;
}
