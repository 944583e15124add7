import { expect } from 'chai';
import fc from 'fast-check';
import { cleanEmail, emailKey, isEmail, isPlainLine, isVisible, PHONE } from '../../src/domain/contact-details.ts';

/** What earlier versions took for an address; blind indexes of such addresses are stored. */
const FORMER = /^(?:[A-Za-z0-9_'+-]+\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/;

describe('e-mail addresses', () => {
  it('are taken with every character that a local part may have, and with domains of every script', () => {
    const local = ["o'neil&sons", "!#$%&'*+/=?^_`{|}~-", 'a.b+c', '\u0906\u0936\u093e'].map(
      (part) => `${part}@example.com`,
    );
    const domains = [
      'm\u00fcnchen.example',
      'xn--mnchen-3ya.example',
      '\u092d\u093e\u0930\u0924.\u092d\u093e\u0930\u0924',
      'example.xn--h2brj9c',
    ];
    for (const email of [...local, ...domains.map((domain) => `asha@${domain}`)])
      expect(isEmail(email), email).to.equal(true);
  });

  it('are refused when no mail can go there', () => {
    const refused = [
      ...[
        '',
        '@',
        'asha',
        'asha@',
        '@example.com',
        'a b@example.com',
        'a@b@example.com',
        '.a@example.com',
        'a..b@example.com',
      ],
      ...[
        'a@localhost',
        'a@127.0.0.1',
        'a@[127.0.0.1]',
        'a@\uff11\uff12\uff17.\uff11',
        'a@exa%6dple.com',
        'a@m\u00fc%6e.com',
      ],
      ...[
        'a@example..com',
        'a@example.com.',
        'a@-a.com',
        '"a"@example.com',
        'a@example.com\0',
        'a\u202e@example.com',
        'a,b@example.com',
      ],
      ...[
        'a@m\u00fcnchen.example:25',
        'a@\u200b.com',
        'a@ex\u00admple.com',
        '<a@example.com>',
        'a@example.com, b@example.com',
      ],
    ];
    for (const email of refused) expect(isEmail(email), JSON.stringify(email)).to.equal(false);
  });

  it('have one key for the spellings of one box', () => {
    const spellings = [
      'Zo\u00eb@M\u00fcnchen.example',
      ' zoe\u0308@mu\u0308nchen.EXAMPLE\n',
      'zo\u00eb@xn--mnchen-3ya.example',
      'zo\u00eb@m\u00fcnchen\u3002example',
    ];
    for (const email of spellings) {
      expect(isEmail(cleanEmail(email)), email).to.equal(true);
      expect(emailKey(email)).to.equal('zo\u00eb@xn--mnchen-3ya.example');
    }
    expect(emailKey('a@fa\u00df.example')).not.to.equal(emailKey('a@fass.example'));
  });

  it('that earlier versions stored are still taken, under the key that they were stored with', () => {
    fc.assert(
      fc.property(fc.stringMatching(FORMER), (email) => {
        expect(isEmail(cleanEmail(email))).to.equal(true);
        expect(emailKey(email)).to.equal(email.toLowerCase());
      }),
    );
    expect(emailKey('Asha@XN--MNCHEN-3YA.Example')).to.equal('asha@xn--mnchen-3ya.example');
  });
});

describe('telephone numbers', () => {
  it('have 6 to 15 digits', () => {
    for (const phone of ['+91 98450 12345', '(080) 2222-1234', '100100', '9845012345'])
      expect(PHONE.test(phone)).to.equal(true);
    for (const phone of ['----------', '(((    )))', '12-34-5', '+1234567890123456', '98450x12345', '98450\n12345']) {
      expect(PHONE.test(phone), phone).to.equal(false);
    }
  });
});

describe('names', () => {
  const isName = (text: string): boolean => isVisible(text) && isPlainLine(text);

  it('are of every script, with the joiners that it needs', () => {
    for (const name of [
      'Asha Rao',
      "O'Neil",
      '\u0936\u094d\u0930\u0940',
      '\u0d28\u0d4d\u200d',
      '\u0915\u094d\u200c\u0937',
      '\u674e',
      'Jos\u00e9 (Pepe)',
    ]) {
      expect(isName(name), name).to.equal(true);
    }
  });

  it('are refused when nothing of them can be seen, or when they hide or turn what stands beside them', () => {
    for (const name of ['\u200b', ' \u200b\ufeff', '\u3164', '\u2800', '\u00ad', '\u0301', '\u{e0041}'])
      expect(isName(name)).to.equal(false);
    for (const mark of [
      '\0',
      '\x07',
      '\n',
      '\x7f',
      '\u2028',
      '\u061c',
      '\u200e',
      '\u200f',
      '\u202a',
      '\u202e',
      '\u2066',
      '\u2069',
      '\ud800',
      '\uffff',
    ]) {
      expect(isName(`Asha${mark}Rao`), JSON.stringify(mark)).to.equal(false);
    }
  });
});
