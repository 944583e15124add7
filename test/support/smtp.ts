import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** The moments at which the server has something to say; `END` is the dot after a mail. */
export type Moment = 'CONNECT' | 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'END';

export interface SmtpServer {
  url: string;
  port: number;
  /** What was taken, with the recipients of its envelope. */
  mails: { to: string[]; raw: string }[];
  /** Every line that clients said outside of mails. */
  heard: string[];
  /** Says something else at that moment from now on, or nothing at all, or hangs up, or speaks without coming to an end. */
  say(moment: Moment, reply: string | 'nothing' | 'hang up' | 'and so on'): void;
  /** Says the usual things again, and forgets what it heard. */
  mend(): void;
  close(): Promise<void>;
}

const USUAL: Record<string, string> = {
  CONNECT: '220 test',
  EHLO: '250 test',
  AUTH: '235 welcome',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  END: '250 taken',
  QUIT: '221 bye',
};

/** As much of a mail server as nodemailer needs, without encryption. */
export async function startSmtpServer(): Promise<SmtpServer> {
  const sockets = new Set<Socket>();
  const replies = new Map(Object.entries(USUAL));
  const mails: SmtpServer['mails'] = [];
  const heard: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket.setEncoding('utf8'));
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    converse(socket, { replies, mails, heard });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    mails,
    heard,
    say: (moment, reply) => replies.set(moment, reply),
    mend() {
      for (const [moment, reply] of Object.entries(USUAL)) replies.set(moment, reply);
      mails.length = 0;
      heard.length = 0;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Memory extends Pick<SmtpServer, 'mails' | 'heard'> {
  replies: ReadonlyMap<string, string>;
}

function converse(socket: Socket, { replies, mails, heard }: Memory): void {
  let to: string[] = [];
  let mail: string[] | undefined;
  let rest = '';
  const answer = (moment: string): string => {
    const reply = replies.get(moment) ?? '502 what?';
    if (reply === 'hang up') socket.destroy();
    else if (reply === 'and so on') ramble(socket);
    else if (reply !== 'nothing') socket.write(`${reply}\r\n`);
    return reply;
  };
  const take = (line: string): void => {
    if (mail && line !== '.') return void mail.push(line.replace(/^\./, ''));
    if (mail) {
      if (answer('END').startsWith('2')) mails.push({ to, raw: mail.join('\r\n') });
      mail = undefined;
      to = [];
      return;
    }
    heard.push(line);
    const verb = line.slice(0, 4).toUpperCase();
    const reply = answer(verb);
    if (verb === 'RCPT' && reply.startsWith('2')) to.push(line.slice('RCPT TO:'.length));
    if (verb === 'DATA' && reply.startsWith('3')) mail = [];
  };
  answer('CONNECT');
  socket.on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

function ramble(socket: Socket): void {
  const talking = setInterval(() => socket.write('250-and so on\r\n'), 20);
  socket.once('close', () => clearInterval(talking));
}
