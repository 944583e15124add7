import { randomBytes } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { errorFields, observe } from '../../infra/observability/log.ts';
import { composeMessage } from './message.ts';
import { MailError, type Mailer } from './port.ts';

/** Writes every mail into a folder as an .eml file instead of sending it. For development and tests. */
export function folderMailer({ folder, from }: { folder: string; from: string }): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true });
  return {
    async send(mail) {
      const { message } = await transport.sendMail(composeMessage(from, mail));
      const file = fileName(mail.template, new Date());
      await writeAtomically(join(folder, file), message).catch((error: unknown) => {
        throw new MailError('later', errorFields(error).code ?? 'EIO');
      });
      observe('mail.written', { letter: mail.template, file });
    },
  };

  /** Writes a file atomically, readable only by its owner, because mails contain tokens. */
  async function writeAtomically(path: string, content: Parameters<typeof writeFile>[1]): Promise<void> {
    const write = () => writeFile(`${path}.part`, content, { mode: 0o600 });
    await write().catch(async (error) => {
      if (errorFields(error).code !== 'ENOENT') throw error;
      await mkdir(folder, { recursive: true });
      await write();
    });
    await rename(`${path}.part`, path);
  }
}

/** Example: `2026-07-31T10-15-30.123Z-reset-password-9f3a.eml`. Names sort by time; the suffix makes them unique. */
const fileName = (template: string, at: Date): string =>
  `${at.toISOString().replaceAll(':', '-')}-${template}-${randomBytes(2).toString('hex')}.eml`;
