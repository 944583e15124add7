/** Escaped markup, safe to put into a page. */
export interface Html {
  readonly markup: string;
}

type Piece = string | Html | readonly Html[] | undefined | false;

/** Builds markup; escapes every interpolated text, for content and for quoted attributes. */
export const html = (texts: TemplateStringsArray, ...pieces: Piece[]): Html => ({
  markup: String.raw({ raw: texts }, ...pieces.map(markupOf)),
});

function markupOf(piece: Piece): string {
  if (piece === undefined || piece === false) return '';
  if (typeof piece === 'string') return escaped(piece);
  return 'markup' in piece ? piece.markup : piece.map(({ markup }) => markup).join('');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
