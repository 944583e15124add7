import { z } from 'zod';
import { emptyOr, made } from './cell-schemas.ts';
import { type Medium, split } from './cells.ts';

function parsed(cell: string): unknown {
  try {
    const value: unknown = JSON.parse(cell);
    // Escapes can contain characters that PostgreSQL cannot store: unpaired surrogates and NUL.
    return textsIn(value).every((text) => text.isWellFormed() && !text.includes('\0')) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object'
    ? Object.entries(value).flatMap((entry) => entry.flatMap(textsIn))
    : [];
}

/** A cell with attributes by name, as a JSON object. */
export const attributes = emptyOr(
  made(
    parsed,
    z.record(z.string().min(1).max(60), z.union([z.string().max(500), z.number(), z.boolean()])),
    'JSON like {"fabric":"cotton"}: names with texts, numbers, true or false',
  ),
  {},
);

const MOST_MEDIA = 50;
const listed = (cell: string): Medium[] => split(cell).map((url) => ({ url, alt: '' }));
/** A cell with images: URLs, or JSON with alt texts. */
export const media = made(
  (cell) => (cell.trimStart().startsWith('[') ? parsed(cell) : listed(cell)),
  z.array(z.strictObject({ url: z.url().max(2_000), alt: z.string().max(300) })).max(MOST_MEDIA),
  `addresses like https://example.com/a.jpg with | between, at most ${MOST_MEDIA}`,
);
