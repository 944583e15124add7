import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

/**
 * The supported scripts and their font packages. The first script with a glyph for a character renders the character.
 */
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

const SCRIPT_FONTS = Object.entries(SCRIPTS) as [Script, string][];

const fontFile = (script: Script, weight: number): string => {
  const font = SCRIPTS[script];
  return resolve(`${font}/files/${font.replace('@fontsource/', '')}-${script}-${weight}-normal.woff`);
};

/** The font files by script. Each file is read when a document first needs it. */
export const FONTS = Object.fromEntries(
  SCRIPT_FONTS.map(([script]) => [script, { normal: fontFile(script, 400), bold: fontFile(script, 700) }]),
);

export const LATIN = fontFile('latin', 400);

/** Every font file. A document may read no other file. */
export const FONT_FILES: ReadonlySet<string> = new Set(Object.values(FONTS).flatMap((font) => Object.values(font)));

type Range = [from: number, to: number];

const RANGES = new Map(
  SCRIPT_FONTS.map(([script, font]): [Script, Range[]] => {
    const ranges: Record<string, string> = JSON.parse(readFileSync(resolve(`${font}/unicode.json`), 'utf8'));
    return [script, rangesOf(ranges[script] ?? '')];
  }),
);

/** Parses ranges such as `U+0900-097F,U+20B9`. */
function rangesOf(text: string): Range[] {
  return text.split(',').map((range): Range => {
    const [from = '', to = from] = range.replace('U+', '').split('-');
    return [Number.parseInt(from, 16), Number.parseInt(to, 16)];
  });
}

const hasGlyph = (script: Script, code: number): boolean =>
  RANGES.get(script)?.some(([from, to]) => code >= from && code <= to) ?? false;

/** Replaces a character without a glyph in any font: a question mark in a diamond instead of an empty box. */
const REPLACEMENT = '\uFFFD';
const SPACE = 32;

/** Splits a text into runs, each with a font that has its glyphs. */
export function splitByFont(text: string): { text: string; font: Script }[] {
  const runs: { text: string; font: Script }[] = [];
  for (const character of text.normalize('NFC')) {
    const code = character.codePointAt(0) ?? 0;
    const last = runs.at(-1);
    // Spaces, joiners and marks stay in the run of their script, so that shaping sees the whole word.
    if (last && (code === SPACE || hasGlyph(last.font, code))) {
      last.text += character;
      continue;
    }
    const font = SCRIPT_FONTS.find(([script]) => hasGlyph(script, code))?.[0];
    if (font) runs.push({ text: character, font });
    else if (last?.font === 'latin') last.text += REPLACEMENT;
    else runs.push({ text: REPLACEMENT, font: 'latin' });
  }
  return runs;
}
