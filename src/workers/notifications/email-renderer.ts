import { CONTROL_CHARACTERS, isPlainLine } from '../../domain/contact-details.ts';

/** A part of a letter: words, a link, a code to copy, or a table. */
export type Paragraph = string | { link: string } | { code: string } | { rows: readonly (readonly string[])[] };

export interface Written {
  subject: string;
  text: string;
  html: string;
}

/** The same letter as plain text and as HTML. Whatever people gave us is escaped. */
export const written = (subject: string, paragraphs: readonly Paragraph[]): Written => ({
  subject,
  text: `${paragraphs.map(asText).join('\n\n')}\n`,
  html: `<!doctype html>\n<html lang="en">\n<body>\n${paragraphs.map((one) => `<p>${asHtml(one)}</p>`).join('\n')}\n</body>\n</html>\n`,
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

const LONGEST_NAME = 60;
/** Mail programs make links of these, with or without a scheme. */
const LIKE_A_LINK = /[/\\:@]|[.。]\p{L}{2}/u;
const DIGIT = /\p{N}/u;

/**
 * A name that may be put before somebody's eyes, or nothing: anybody can open an account or a checkout with the address
 * of another person, and have us send them whatever stands in the name.
 */
export function presentable(name: string): string {
  const line = name.trim();
  // As mail programs and people read it: full-width signs are the others.
  const read = line.normalize('NFKC');
  const isMessage = line.length > LONGEST_NAME || !isPlainLine(line) || LIKE_A_LINK.test(read) || DIGIT.test(read);
  return isMessage ? '' : line.replace(/\s+/g, ' ');
}

/** A line that a person gave us, such as one of an address, so that no mail program makes a link of it. */
export const withoutLinks = (line: string): string =>
  line
    .replace(CONTROL_CHARACTERS, ' ')
    .replace(/[.。．｡](?=[\p{L}\p{N}])/gu, '$& ')
    .replace(/[:：](?=[/／])/gu, '$& ');

/** What paths of the shop front are appended to. */
export const linkBase = (storeUrl: string): string => storeUrl.replace(/(?<!\/)\/+$/, '');

export const greeting = (name: string): string => `${`Hello ${presentable(name)}`.trimEnd()},`;
