import { randomBytes } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { errorFields, observe } from '../../infra/observability/log.ts';
import { composed } from './message.ts';
import { MailError, type Mailer } from './port.ts';

/** Sends nothing: every mail becomes an .eml file that a mail program opens. For development and tests. */
export function folderMailer({ folder, from }: { folder: string; from: string }): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true });
  return {
    async send(mail) {
      const { message } = await transport.sendMail(composed(from, mail));
      const file = fileName(mail.letter, new Date());
      await writeWhole(join(folder, file), message).catch((error: unknown) => {
        throw new MailError('later', errorFields(error).code ?? 'EIO');
      });
      observe('mail.written', { letter: mail.letter, file });
    },
  };

  /** Whoever waits for the file finds all of it or nothing. It has a token inside: nobody else may read it. */
  async function writeWhole(path: string, content: Parameters<typeof writeFile>[1]): Promise<void> {
    const write = () => writeFile(`${path}.part`, content, { mode: 0o600 });
    await write().catch(async (error) => {
      if (errorFields(error).code !== 'ENOENT') throw error;
      await mkdir(folder, { recursive: true });
      await write();
    });
    await rename(`${path}.part`, path);
  }
}

/** `2026-07-31T10-15-30.123Z-reset-password-9f3a.eml`: names sort by time, and two of one instant differ. */
const fileName = (letter: string, at: Date): string =>
  `${at.toISOString().replaceAll(':', '-')}-${letter}-${randomBytes(2).toString('hex')}.eml`;
