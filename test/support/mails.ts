import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A mail as its reader sees it. */
export interface ReadMail {
  /** Names in lower case; encoded words are decoded. */
  headers: Record<string, string>;
  text: string;
  html: string;
}

/** The mails in a folder, oldest first; none while there is no folder. */
export async function mailsIn(folder: string): Promise<(ReadMail & { file: string })[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith('.eml')).sort();
  return Promise.all(files.map(async (file) => ({ file, ...readMail(await readFile(join(folder, file), 'utf8')) })));
}

/** The token that stands alone in a line of a mail. */
export const tokenIn = ({ text }: ReadMail): string => /^[0-9a-f-]{36}\.[\w-]{43}$/m.exec(text)?.[0] ?? '';

/** Reads a mail of two parts, plain text and HTML. */
export function readMail(raw: string): ReadMail {
  const { headers, body } = split(raw.replaceAll('\r\n', '\n'));
  const [, boundary = ''] = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '') ?? [];
  const parts = body.split(`--${boundary}`).slice(1, -1);
  const [text = '', html = ''] = parts.map((part) => decoded(split(part.replace(/^\n|\n$/g, ''))));
  return { headers, text, html };
}

interface Entity {
  headers: Record<string, string>;
  body: string;
}

function split(entity: string): Entity {
  const end = entity.indexOf('\n\n');
  const lines = entity
    .slice(0, end)
    .replace(/\n[ \t]+/g, ' ')
    .split('\n');
  const headers = lines.map((line) => {
    const [, name = '', value = ''] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
    return [name.toLowerCase(), value.replace(/\?=\s+=\?/g, '?==?').replace(/=\?utf-8\?([QB])\?(.*?)\?=/gi, word)];
  });
  return { headers: Object.fromEntries(headers), body: entity.slice(end + 2) };
}

const word = (_: string, encoding: string, text: string): string =>
  encoding.toUpperCase() === 'B' ? fromBase64(text) : fromQuoted(text.replaceAll('_', ' '));

function decoded({ headers, body }: Entity): string {
  const encoding = headers['content-transfer-encoding'];
  if (encoding === 'base64') return fromBase64(body);
  return encoding === 'quoted-printable' ? fromQuoted(body.replace(/=\n/g, '')) : body;
}

const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('utf8').replaceAll('\r\n', '\n');

const fromQuoted = (text: string): string =>
  Buffer.from(
    text.replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();
