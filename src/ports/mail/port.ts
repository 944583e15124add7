/** One mail to one person. */
export interface Mail {
  /** Which letter it is, for logs and names of files: nothing personal. */
  letter: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
  /** In angle brackets. Two mails with the same one are one mail that was sent twice. */
  messageId: string;
}

/** The door out for mails. */
export interface Mailer {
  /**
   * Resolves when somebody else has taken the mail and will deliver it.
   * @throws MailError
   */
  send(mail: Mail): Promise<void>;
}

/**
 * `refused`: this mail will never reach this person, sending it again will not help.
 * `later`: it was not taken, or nobody knows whether it was; the same mail may be sent again.
 */
export type MailOutcome = 'refused' | 'later';

/** Says only a code: the words of mail servers repeat the address, which must not get into a log. */
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
