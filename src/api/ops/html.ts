/** Markup that may stand in a page as it is. */
export interface Html {
  readonly markup: string;
}

type Piece = string | Html | readonly Html[] | undefined | false;

/** Writes markup; every text put into it is escaped, for between tags and for within quoted attributes. */
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
