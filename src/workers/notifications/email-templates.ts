import type { AccountKind } from '../../entities/account/account.ts';
import type { EmailTemplate } from '../../jobs/mail.ts';
import { TIME_ZONE } from '../../jobs/schedule.ts';
import { greeting, linkBase, type Paragraph, type Written, written } from './email-renderer.ts';

/** What a letter is filled in with. */
export interface Occasion {
  kind: AccountKind;
  /** As the person gave it: anything may stand in it. */
  name: string;
  /** Absent in letters that only tell something. */
  token?: { text: string; expiresAt: Date } | undefined;
  /** Where the shop front is. */
  storeUrl: string;
}

interface Template {
  subject: string;
  /** Before the link, and all there is without one. */
  opening: string;
  closing: string;
}

const NOT_YOU = 'If you did not ask for this, you need not do anything.';

const TEMPLATES: Record<EmailTemplate, Template> = {
  'verify-email': {
    subject: 'Confirm your e-mail address',
    opening: 'This e-mail address was given for an account. Please confirm that it is yours:',
    closing: 'If you did not open an account, do not confirm: it is the account of somebody else.',
  },
  'reset-password': {
    subject: 'Choose a new password',
    opening: 'Somebody asked for a new password for your account. If it was you, choose one here:',
    closing: `${NOT_YOU} Your password stays as it is.`,
  },
  invitation: {
    subject: 'Your new account',
    opening: 'An account was opened for you. Choose a password for it here:',
    closing: 'If you do not expect this, you need not do anything.',
  },
  'password-changed': {
    subject: 'Your password was changed',
    opening: 'The password of your account was changed, and whoever was signed in elsewhere was signed out.',
    closing: 'If it was not you who changed it, ask for a new password at once.',
  },
  'email-changed': {
    subject: 'Your e-mail address was changed',
    opening:
      'The e-mail address of your account was changed from this one to another. If you did not want this, put it back with the link in this mail, then choose a new password.',
    closing: 'If you wanted this, you need not do anything.',
  },
  'webhook-disabled': {
    subject: 'A webhook was switched off',
    opening: 'A webhook that you set up has taken nothing for three days, so it was switched off.',
    closing: 'Look at its deliveries and switch it on again when its receiver works. What waits is then sent.',
  },
};

/** Writes a letter. The token also stands alone: a shop front may ask for it instead of following our link. */
export function renderEmail(letter: EmailTemplate, { kind, name, token, storeUrl }: Occasion): Written {
  const { subject, opening, closing } = TEMPLATES[letter];
  const base = linkBase(storeUrl);
  const paragraphs: Paragraph[] = [greeting(name), opening];
  if (token) {
    paragraphs.push({ link: `${base}${pageOf(letter, kind)}?token=${token.text}` });
    paragraphs.push('If a page asks you for a code instead, it is this one:', { code: token.text });
    paragraphs.push(`It works once, until ${clock.format(token.expiresAt)} (Indian time).`);
  }
  paragraphs.push(closing, { link: base });
  return written(subject, paragraphs);
}

/** Staff choose their password at our own page; everything else is done at the shop front. */
function pageOf(letter: EmailTemplate, kind: AccountKind): string {
  if (letter === 'verify-email') return '/account/verify';
  if (letter === 'email-changed') return '/account/undo-email-change';
  return kind === 'staff' ? '/ops/password' : '/account/reset-password';
}

const clock = new Intl.DateTimeFormat('en-IN', { dateStyle: 'long', timeStyle: 'short', timeZone: TIME_ZONE });
