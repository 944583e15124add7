import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { folderMailer } from '../../src/ports/mail/folder.ts';
import { type Mail, MailError, type Mailer } from '../../src/ports/mail/port.ts';
import { smtpMailer } from '../../src/ports/mail/smtp.ts';
import { recordFacts } from '../support/facts.ts';
import { mailsIn, type ReadMail, readMail } from '../support/mails.ts';
import { type Moment, type SmtpServer, startSmtpServer } from '../support/smtp.ts';

const FROM = 'Shop: of Asha; (Ltd) <shop@example.com>';
const PATIENCE_MS = 150;

const MAIL: Mail = {
  template: 'reset-password',
  to: { name: 'Asha Rao', address: 'asha@example.com' },
  subject: 'Choose a new password',
  text: 'Hello Asha Rao,\n\nchoose a new one.\n',
  html: '<p>Hello Asha Rao,</p>\n<p>choose a new one.</p>\n',
  messageId: '<0198a8a8-1234-7000-8000-123456789012@shop.example.com>',
};

/** A mailer, and what came of its mails. */
interface Post {
  mailer: Mailer;
  mails(): Promise<ReadMail[]>;
  /** Makes it impossible to take mails, and possible again. */
  hinder(): Promise<void>;
  mend(): Promise<void>;
  /** What it logs of a mail. */
  fact: string;
  close(): Promise<void>;
}

async function folderPost(): Promise<Post> {
  const parent = await mkdtemp(join(tmpdir(), 'vcecom-mail-'));
  const folder = join(parent, 'mail');
  return {
    mailer: folderMailer({ folder, from: FROM }),
    mails: () => mailsIn(folder),
    hinder: () => writeFile(folder, 'in the way'),
    mend: () => rm(folder),
    fact: 'mail.written',
    close: () => rm(parent, { recursive: true }),
  };
}

async function smtpPost(): Promise<Post> {
  const server = await startSmtpServer();
  return {
    mailer: smtpMailer({ url: server.url, from: FROM, mustEncrypt: false, timeoutMs: PATIENCE_MS }),
    mails: async () => {
      for (const { to } of server.mails) expect(to).to.deep.equal(['<asha@example.com>']);
      return server.mails.map(({ raw }) => readMail(raw));
    },
    hinder: async () => server.say('CONNECT', '421 too busy, asha@example.com'),
    mend: async () => server.mend(),
    fact: 'mail.sent',
    close: () => server.close(),
  };
}

/** Why a mail was not sent. */
const failure = (sending: Promise<void>): Promise<MailError> =>
  sending.then(
    () => expect.fail('the mail was sent'),
    (error) => error,
  );

for (const [name, open] of [
  ['a folder', folderPost],
  ['SMTP', smtpPost],
] as const) {
  describe(`mail port: ${name}`, () => {
    let post: Post;
    beforeEach(async () => {
      post = await open();
    });
    afterEach(() => post.close());

    async function received(mail: Mail): Promise<ReadMail> {
      await post.mailer.send(mail);
      const mails = await post.mails();
      expect(mails).to.have.length(1);
      return mails[0] ?? expect.fail();
    }

    it('takes a mail as it is', async () => {
      const { headers, text, html } = await received(MAIL);
      expect(headers).to.include({
        from: '"Shop: of Asha; (Ltd)" <shop@example.com>',
        to: 'Asha Rao <asha@example.com>',
        subject: MAIL.subject,
        'message-id': MAIL.messageId,
        'auto-submitted': 'auto-generated',
      });
      expect(new Date(headers.date ?? '').getTime()).to.be.closeTo(Date.now(), 5_000);
      expect({ text, html }).to.deep.equal({ text: MAIL.text, html: MAIL.html });
    });

    it('takes any script in names, subjects and texts', async () => {
      const to = { ...MAIL.to, name: 'आशा राव 🌸, Ω' };
      const words = { subject: 'नया पासवर्ड चुनें', text: 'नमस्ते आशा\n', html: '<p>नमस्ते – आशा</p>\n' };
      const { headers, text, html } = await received({ ...MAIL, ...words, to });
      expect(headers.to).to.equal('आशा राव 🌸, Ω <asha@example.com>');
      expect({ subject: headers.subject, text, html }).to.deep.equal(words);
    });

    it('keeps lines that are long, or look like the end', async () => {
      const text = `${'https://shop.example.com/'.padEnd(300, 'x')}\n.\n..\nFrom here on\n`;
      expect((await received({ ...MAIL, text })).text).to.equal(text);
    });

    it('lets nobody add headers, recipients or parts by a name or a subject', async () => {
      const usual = Object.keys((await received(MAIL)).headers);
      const evil = 'Asha\r\nBcc: eve@example.com\r\nX-Evil: yes\r\n\r\nBuy now <eve@example.com>, "';
      await post.mailer.send({ ...MAIL, to: { ...MAIL.to, name: evil }, subject: evil, messageId: MAIL.messageId });
      const injected = (await post.mails()).find(({ headers }) => headers.subject?.includes('Buy'));
      expect(Object.keys(injected?.headers ?? {})).to.deep.equal(usual);
      expect(injected?.headers.to)
        .to.match(/^.* <asha@example\.com>$/)
        .and.not.to.match(/[\r\n]/);
      expect(injected?.text).to.equal(MAIL.text);
    });

    for (const address of [
      'asha@example.com, eve@example.com',
      'asha@example.com\r\nRCPT TO:<eve@example.com>',
      'Eve <eve@example.com>',
      'asha',
      '',
    ]) {
      it(`refuses what is not one address: ${JSON.stringify(address)}`, async () => {
        const error = await failure(post.mailer.send({ ...MAIL, to: { name: 'Asha', address } }));
        expect(error).to.be.instanceOf(MailError).and.to.include({ outcome: 'refused', code: 'ADDRESS_INVALID' });
        expect(await post.mails()).to.deep.equal([]);
      });
    }

    it('says "later" while mails cannot be taken, and takes the same mail afterwards', async () => {
      await post.hinder();
      const error = await failure(post.mailer.send(MAIL));
      expect(error).to.be.instanceOf(MailError).and.to.include({ outcome: 'later' });
      expect(error.stack).not.to.include('asha');
      await post.mend();
      expect((await received(MAIL)).headers['message-id']).to.equal(MAIL.messageId);
    });

    it('logs which template it was, and nothing of the person', async () => {
      const facts = recordFacts();
      await post.mailer.send(MAIL).finally(facts.stop);
      expect(facts.of(post.fact)).to.have.length(1);
      expect(facts.of(post.fact)[0]).to.include({ letter: 'reset-password' });
      expect(facts.lines.join('')).not.to.match(/asha|rao|example\.com|new one/i);
    });
  });
}

describe('mails in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vcecom-mail-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are named by time and template, closed to others, and whole', async () => {
    const mailer = folderMailer({ folder, from: 'shop@example.com' });
    await Promise.all(Array.from({ length: 20 }, () => mailer.send(MAIL)));
    const files = await readdir(folder);
    expect(files).to.have.length(20);
    for (const file of files) {
      expect(file).to.match(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-reset-password-[0-9a-f]{4}\.eml$/);
      expect((await stat(join(folder, file))).mode & 0o777).to.equal(0o600);
    }
    expect((await mailsIn(folder))[0]?.headers.from).to.equal('shop@example.com');
  });
});

describe('mails by SMTP', () => {
  let server: SmtpServer;
  before(async () => {
    server = await startSmtpServer();
  });
  afterEach(() => server.mend());
  after(() => server.close());

  const through = (url: string, mustEncrypt = false): Mailer =>
    smtpMailer({ url, from: FROM, mustEncrypt, timeoutMs: PATIENCE_MS });

  const REPLIES: [Moment, string, object][] = [
    ['RCPT', '550 5.1.1 <asha@example.com> unknown', { outcome: 'refused', code: 'SMTP_550' }],
    ['RCPT', '552 5.2.2 <asha@example.com> is full', { outcome: 'refused', code: 'SMTP_552' }],
    ['RCPT', '450 4.2.0 greylisted', { outcome: 'later', code: 'SMTP_450' }],
    ['RCPT', '421 shutting down', { outcome: 'later', code: 'SMTP_421' }],
    ['DATA', '554 no', { outcome: 'refused', code: 'SMTP_554' }],
    ['END', '550 5.7.1 does not look right', { outcome: 'refused', code: 'SMTP_550' }],
    ['END', '451 disk full', { outcome: 'later', code: 'SMTP_451' }],
    ['CONNECT', '554 you are blocked', { outcome: 'later', code: 'SMTP_554' }],
    ['MAIL', '550 <shop@example.com> may not send here', { outcome: 'later', code: 'SMTP_550' }],
    ['MAIL', '530 5.7.0 authenticate first', { outcome: 'later', code: 'SMTP_530' }],
  ];
  for (const [moment, reply, expected] of REPLIES) {
    it(`takes "${reply}" at ${moment} for ${Object.values(expected).join(', ')}`, async () => {
      server.say(moment, reply);
      const error = await failure(through(server.url).send(MAIL));
      expect(error).to.be.instanceOf(MailError).and.to.include(expected);
      expect(error.stack).not.to.include('asha');
      expect(server.mails).to.deep.equal([]);
    });
  }

  for (const moment of ['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'END'] as const) {
    for (const silence of ['nothing', 'hang up'] as const) {
      it(`says "later" when the server says ${silence} at ${moment}`, async () => {
        server.say(moment, silence);
        const error = await failure(through(server.url).send(MAIL));
        expect(error).to.include({ outcome: 'later' });
        expect(error.code).to.match(silence === 'nothing' ? /^ETIMEDOUT$/ : /^(ECONNECTION|ESOCKET)$/);
      });
    }
  }

  it('says "later" when the server speaks without coming to an end', async () => {
    server.say('EHLO', 'and so on');
    expect(await failure(through(server.url).send(MAIL))).to.include({ outcome: 'later', code: 'EABORT' });
  });

  it('tells final from temporary also when commands are sent together', async () => {
    server.say('EHLO', '250-test\r\n250 PIPELINING');
    server.say('RCPT', '550 unknown');
    server.say('DATA', '503 whom for?');
    expect(await failure(through(server.url).send(MAIL))).to.include({ outcome: 'refused', code: 'SMTP_550' });
    server.say('MAIL', '550 not you');
    expect(await failure(through(server.url).send(MAIL))).to.include({ outcome: 'later', code: 'SMTP_550' });
  });

  it('says "later" when nobody listens, or the name leads nowhere', async () => {
    const gone = await startSmtpServer();
    await gone.close();
    expect(await failure(through(gone.url).send(MAIL))).to.include({ outcome: 'later', code: 'ESOCKET' });
    expect(await failure(through('smtp://mail.invalid').send(MAIL))).to.include({ outcome: 'later' });
  });

  it('signs in as the URL says; a wrong password is ours to mend, so "later"', async () => {
    server.say('EHLO', '250-test\r\n250 AUTH PLAIN');
    const mailer = through(server.url.replace('//', '//shop:p%40ss@'));
    await mailer.send(MAIL);
    const credentials = Buffer.from('\0shop\0p@ss').toString('base64');
    expect(server.heard).to.include(`AUTH PLAIN ${credentials}`);
    server.say('AUTH', '535 5.7.8 wrong');
    expect(await failure(mailer.send(MAIL))).to.include({ outcome: 'later', code: 'SMTP_535' });
  });

  it('is never in clear to another machine where it must be encrypted', async () => {
    // Leads to this machine, and is not one of its names.
    const elsewhere = `smtp://0.0.0.0:${server.port}`;
    server.say('EHLO', '250-test\r\n250 AUTH PLAIN');
    const error = await failure(through(elsewhere.replace('//', '//shop:secret@'), true).send(MAIL));
    expect(error).to.include({ outcome: 'later' });
    expect(server.heard.filter((line) => !/^(EHLO|STARTTLS|QUIT)/.test(line))).to.deep.equal([]);
    await through(elsewhere).send(MAIL);
    await through(server.url, true).send(MAIL);
    await through(`${elsewhere}?requireTLS=false`, true).send(MAIL);
    expect(server.mails).to.have.length(3);
  });
});
