import { createTransport } from 'nodemailer';
import { observe } from '../../infra/observability/log.ts';
import { composeMessage } from './message.ts';
import { MailError, type Mailer } from './port.ts';

export interface SmtpOptions {
  /** `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`. Query parameters override nodemailer options. */
  url: string;
  /** An address, or a name with an address. */
  from: string;
  /** Whether connections to other machines must be encrypted. */
  mustEncrypt: boolean;
  /** Timeout of each server reply, in milliseconds. Default: 10000. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** The total time limit of a mail, as a multiple of the reply timeout. */
const TOTAL_TIMEOUTS = 4;

/** Sends mails by SMTP, one connection per mail. */
export function smtpMailer({ url, from, mustEncrypt, timeoutMs = TIMEOUT_MS }: SmtpOptions): Mailer {
  const transport = createTransport({
    url,
    requireTLS: mustEncrypt && !isThisMachine(new URL(url).hostname),
    // Covers the connection and the server's greeting.
    connectionTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  return {
    async send(mail) {
      const message = composeMessage(from, mail);
      const signal = AbortSignal.timeout(TOTAL_TIMEOUTS * timeoutMs);
      await transport.sendMail({ ...message, signal }).catch((error: unknown) => {
        throw toMailError(error);
      });
      observe('mail.sent', { letter: mail.template });
    },
  };
}

const isThisMachine = (host: string): boolean => /^(localhost|127\.[\d.]+|\[::1\])$/.test(host);

/** SMTP commands whose errors concern the recipient or the mail, not our account. */
const MAIL_COMMANDS = ['RCPT TO', 'DATA'];

/**
 * A rejected password or sender counts as `later`: the server accepts the mail once an operator has fixed the settings.
 */
function toMailError(error: unknown): unknown {
  const { code, command, permanent, responseCode } = error as Record<string, unknown>;
  if (typeof code !== 'string') return error;
  const isFinal = permanent === true && MAIL_COMMANDS.includes(String(command));
  return new MailError(isFinal ? 'refused' : 'later', responseCode ? `SMTP_${responseCode}` : code);
}
