import { CONTROL_CHARACTERS, isPlainLine } from '../../domain/contact-details.ts';

/** A part of an e-mail: text, a link, a code to copy, or a table. */
export type Paragraph = string | { link: string } | { code: string } | { rows: readonly (readonly string[])[] };

export interface RenderedEmail {
  subject: string;
  text: string;
  html: string;
}

/** Renders an e-mail as plain text and as HTML. The HTML escapes all text. */
export const renderParagraphs = (subject: string, paragraphs: readonly Paragraph[]): RenderedEmail => ({
  subject,
  text: `${paragraphs.map(asText).join('\n\n')}\n`,
  html: `<!doctype html>\n<html lang="en">\n<body>\n${paragraphs.map((paragraph) => `<p>${asHtml(paragraph)}</p>`).join('\n')}\n</body>\n</html>\n`,
});

function asText(paragraph: Paragraph): string {
  if (typeof paragraph === 'string') return paragraph;
  if ('rows' in paragraph) return paragraph.rows.map((row) => row.join('  ')).join('\n');
  return 'link' in paragraph ? paragraph.link : paragraph.code;
}

function asHtml(paragraph: Paragraph): string {
  if (typeof paragraph === 'string') return escaped(paragraph);
  if ('rows' in paragraph) return paragraph.rows.map((row) => escaped(row.join('  '))).join('<br>');
  if ('code' in paragraph) return `<code>${escaped(paragraph.code)}</code>`;
  return `<a href="${escaped(paragraph.link)}">${escaped(paragraph.link)}</a>`;
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const MAX_NAME_LENGTH = 60;
/** Text that mail programs turn into links, with or without a scheme. */
const LIKE_A_LINK = /[/\\:@]|[.。]\p{L}{2}/u;
const DIGIT = /\p{N}/u;

/**
 * Returns the name if it is safe in an e-mail, else an empty string. Anybody can create an account or a checkout with
 * the address of another person, and could put a message into the name.
 */
export function safeDisplayName(name: string): string {
  const line = name.trim();
  // NFKC maps full-width characters to the ASCII characters that people and mail programs see.
  const normalized = line.normalize('NFKC');
  const isMessage =
    line.length > MAX_NAME_LENGTH || !isPlainLine(line) || LIKE_A_LINK.test(normalized) || DIGIT.test(normalized);
  return isMessage ? '' : line.replace(/\s+/g, ' ');
}

/** Breaks up possible links in user input, such as an address line, so that no mail program turns it into a link. */
export const withoutLinks = (line: string): string =>
  line
    .replace(CONTROL_CHARACTERS, ' ')
    .replace(/[.。．｡](?=[\p{L}\p{N}])/gu, '$& ')
    .replace(/[:：](?=[/／])/gu, '$& ');

/** The storefront URL without trailing slashes. */
export const linkBase = (storeUrl: string): string => storeUrl.replace(/(?<!\/)\/+$/, '');

export const greeting = (name: string): string => `${`Hello ${safeDisplayName(name)}`.trimEnd()},`;
