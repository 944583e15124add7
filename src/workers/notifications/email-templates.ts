import { TIME_ZONE } from '../../domain/time-zone.ts';
import type { AccountKind } from '../../entities/account/account.ts';
import type { EmailTemplate } from '../../jobs/mail.ts';
import { greeting, linkBase, type Paragraph, type RenderedEmail, renderParagraphs } from './email-renderer.ts';

/** The values of an e-mail. */
export interface EmailContext {
  kind: AccountKind;
  /** Unchecked user input. */
  name: string;
  /** Absent in e-mails without a link to follow. */
  token?: { text: string; expiresAt: Date } | undefined;
  /** Base URL of the storefront. */
  storeUrl: string;
  /** Base URL of the operations pages. */
  opsUrl: string;
}

interface Template {
  subject: string;
  /** The text before the link. */
  opening: string;
  closing: string;
}

const NOT_YOU = 'If you did not ask for this, you can ignore this e-mail.';

const TEMPLATES: Record<EmailTemplate, Template> = {
  'verify-email': {
    subject: 'Confirm your e-mail address',
    opening: 'An account was created with this e-mail address. Confirm that the address is yours:',
    closing: 'If you did not create this account, do not confirm: it belongs to somebody else.',
  },
  'reset-password': {
    subject: 'Choose a new password',
    opening: 'A new password was requested for your account. If you requested it, choose one here:',
    closing: `${NOT_YOU} Your password does not change.`,
  },
  invitation: {
    subject: 'Your new account',
    opening: 'An account was created for you. Choose its password here:',
    closing: 'If you do not expect this, you can ignore this e-mail.',
  },
  'password-changed': {
    subject: 'Your password was changed',
    opening: 'The password of your account was changed, and all other devices were signed out.',
    closing: 'If you did not change it, reset your password immediately.',
  },
  'email-changed': {
    subject: 'Your e-mail address was changed',
    opening:
      'The e-mail address of your account was changed from this address to another one. If you did not make this change, undo it with the link in this e-mail, then choose a new password.',
    closing: 'If you made this change, you can ignore this e-mail.',
  },
  'webhook-disabled': {
    subject: 'A webhook was disabled',
    opening: 'A webhook that you created has failed for three days, so it was disabled.',
    closing:
      'Check its deliveries, repair the receiver and enable the webhook again. The pending events are then delivered.',
  },
};

/**
 * Renders an e-mail. It also shows the token itself, for a storefront that asks for the token instead of using the
 * link.
 */
export function renderEmail(template: EmailTemplate, context: EmailContext): RenderedEmail {
  const { kind, name, token, storeUrl, opsUrl } = context;
  const { subject, opening, closing } = TEMPLATES[template];
  const base = linkBase(kind === 'staff' ? opsUrl : storeUrl);
  const paragraphs: Paragraph[] = [greeting(name), opening];
  if (token) {
    paragraphs.push({ link: `${pageOf(template, context)}?token=${token.text}` });
    paragraphs.push('If the page asks for a code, enter this one:', { code: token.text });
    paragraphs.push(`It works once, until ${clock.format(token.expiresAt)} (Indian time).`);
  }
  paragraphs.push(closing, { link: base });
  return renderParagraphs(subject, paragraphs);
}

/** The URL of the page. Staff choose their password at the ops page, all other links lead to the storefront. */
function pageOf(template: EmailTemplate, { kind, storeUrl, opsUrl }: EmailContext): string {
  const store = linkBase(storeUrl);
  if (template === 'verify-email') return `${store}/account/verify`;
  if (template === 'email-changed') return `${store}/account/undo-email-change`;
  return kind === 'staff' ? `${linkBase(opsUrl)}/ops/password` : `${store}/account/reset-password`;
}

const clock = new Intl.DateTimeFormat('en-IN', { dateStyle: 'long', timeStyle: 'short', timeZone: TIME_ZONE });
