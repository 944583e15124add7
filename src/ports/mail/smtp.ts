import { createTransport } from 'nodemailer';
import { observe } from '../../infra/observability/log.ts';
import { composed } from './message.ts';
import { MailError, type Mailer } from './port.ts';

export interface SmtpOptions {
  /** `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`; what nodemailer reads from a query wins over the rest. */
  url: string;
  /** An address, or a name with one. */
  from: string;
  /** Whether a connection to another machine must be encrypted, whatever the server offers. */
  mustEncrypt: boolean;
  /** How long the server may keep us waiting for a word, in milliseconds. */
  patienceMs?: number;
}

const PATIENCE_MS = 10_000;
/** A mail takes no longer than so many patiences, however slowly the server speaks. */
const MOST_PATIENCES = 4;

/** Sends by SMTP, each mail over a connection of its own: there are few of them, and none is left open. */
export function smtpMailer({ url, from, mustEncrypt, patienceMs = PATIENCE_MS }: SmtpOptions): Mailer {
  const transport = createTransport({
    url,
    requireTLS: mustEncrypt && !isThisMachine(new URL(url).hostname),
    // Up to the end of the greeting.
    connectionTimeout: patienceMs,
    socketTimeout: patienceMs,
  });
  return {
    async send(mail) {
      const message = composed(from, mail);
      const signal = AbortSignal.timeout(MOST_PATIENCES * patienceMs);
      await transport.sendMail({ ...message, signal }).catch((error: unknown) => {
        throw toMailError(error);
      });
      observe('mail.sent', { letter: mail.letter });
    },
  };
}

const isThisMachine = (host: string): boolean => /^(localhost|127\.[\d.]+|\[::1\])$/.test(host);

/** What a reply says to one of these commands it says of the recipient or of the mail, not of us. */
const ABOUT_THIS_MAIL = ['RCPT TO', 'DATA'];

/** A server that does not know our password or our sender is to be mended, and then takes the mail: that is `later`. */
function toMailError(error: unknown): unknown {
  const { code, command, permanent, responseCode } = error as Record<string, unknown>;
  if (typeof code !== 'string') return error;
  const isFinal = permanent === true && ABOUT_THIS_MAIL.includes(String(command));
  return new MailError(isFinal ? 'refused' : 'later', responseCode ? `SMTP_${responseCode}` : code);
}
