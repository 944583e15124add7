/** One mail to one recipient. */
export interface Mail {
  /** The name of the template, for logs and file names: no personal data. */
  template: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
  /** In angle brackets. Mails with the same Message-ID are copies of one mail. */
  messageId: string;
}

/** Sends mails. */
export interface Mailer {
  /**
   * Resolves when the mail server has accepted the mail.
   * @throws MailError
   */
  send(mail: Mail): Promise<void>;
}

/**
 * `refused`: the server rejects this mail for good; do not send it again.
 * `later`: the server did not accept the mail, or the outcome is unknown; the same mail may be sent again.
 */
export type MailOutcome = 'refused' | 'later';

/** Carries only a code: replies of mail servers repeat the address, which must not get into a log. */
export class MailError extends Error {
  readonly outcome: MailOutcome;
  readonly code: string;

  constructor(outcome: MailOutcome, code: string) {
    super(`mail ${outcome}: ${code}`);
    this.name = 'MailError';
    this.outcome = outcome;
    this.code = code;
  }
}
