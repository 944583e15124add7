import type { SendMailOptions } from 'nodemailer';
import { type Mail, MailError } from './port.ts';

/** Exactly one address: no list and no header line. */
const ADDRESS = /^[^\s\p{Cc}<>(),;:"[\]\\@]+@[^\s\p{Cc}<>(),;:"\\@]+$/u;

/**
 * Converts a mail for nodemailer. `from` is an address, or a name with an address: `Shop <shop@example.com>`.
 * @throws MailError refused ADDRESS_INVALID
 */
export function composeMessage(from: string, { to, subject, text, html, messageId }: Mail): SendMailOptions {
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
    // Stops automatic replies such as vacation responders (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

function senderOf(from: string): { name: string; address: string } {
  const [, name = '', address = from] = /^([^<>]*)<([^<>]+)>$/.exec(from) ?? [];
  return { name: name.trim(), address };
}

/** Keeps a header value on one line, against header injection. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
