import type { SendMailOptions } from 'nodemailer';
import { type Mail, MailError } from './port.ts';

/** One address and nothing else: no list, no line of a header. */
const ADDRESS = /^[^\s\p{Cc}<>(),;:"[\]\\@]+@[^\s\p{Cc}<>(),;:"\\@]+$/u;

/**
 * The mail as nodemailer takes it. `from` is an address, or a name with one: `Shop <shop@example.com>`.
 * @throws MailError refused ADDRESS_INVALID
 */
export function composed(from: string, { to, subject, text, html, messageId }: Mail): SendMailOptions {
  if (!ADDRESS.test(to.address)) throw new MailError('refused', 'ADDRESS_INVALID');
  return {
    from: senderOf(from),
    to: { name: oneLine(to.name), address: to.address },
    subject: oneLine(subject),
    text,
    html,
    messageId,
    disableFileAccess: true,
    disableUrlAccess: true,
    // Nobody's holiday responder is to answer (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

function senderOf(from: string): { name: string; address: string } {
  const [, name = '', address = from] = /^([^<>]*)<([^<>]+)>$/.exec(from) ?? [];
  return { name: name.trim(), address };
}

/** What stands in a header stays in its line. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
