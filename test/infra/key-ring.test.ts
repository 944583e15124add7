import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import {
  blindIndex,
  deriveKey,
  isSealed,
  type Key,
  openKeyRing,
  readKeys,
  SEALED_PATTERN,
} from '../../src/infra/crypto/key-ring.ts';

const key = (id: string): Key => ({ id, bytes: randomBytes(32) });
const [old, newest] = [key('old'), key('new')];
const ring = openKeyRing([newest, old]);

const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const place = fc
  .tuple(fc.constantFrom('accounts.email', 'accounts.name', 'addresses.address'), fc.uuid())
  .map(([column, id]) => `${column}:${id}`);

/** What `open` says instead of a text. */
function refusal(sealed: string, at: string, by = ring): string {
  try {
    by.open(sealed, at);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was opened');
}

describe('a key ring', () => {
  it('opens what it sealed, and never seals the same text to the same bytes', () => {
    fc.assert(
      fc.property(text, place, (clear, at) => {
        const sealed = ring.seal(clear, at);
        expect(ring.open(sealed, at)).to.equal(clear);
        expect(sealed).not.to.equal(ring.seal(clear, at));
        expect(isSealed(sealed)).to.equal(true);
        expect(ring.isCurrent(sealed)).to.equal(true);
      }),
    );
  });

  it('does not open it at another place: neither another column nor another row', () => {
    fc.assert(
      fc.property(text, place, place, (clear, at, elsewhere) => {
        fc.pre(at !== elsewhere);
        expect(refusal(ring.seal(clear, at), elsewhere))
          .to.include(elsewhere)
          .and.include('another place');
      }),
    );
  });

  it('does not open it when a single character is another, left out or added', () => {
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. '];
    const harm = fc.record({ at: fc.nat(), by: fc.constantFrom(...alphabet), kind: fc.nat(2) });
    fc.assert(
      fc.property(text, place, harm, (clear, where, { at, by, kind }) => {
        const sealed = ring.seal(clear, where);
        const index = at % sealed.length;
        const kept = kind === 0 ? index : index + 1;
        const harmed = sealed.slice(0, index) + (kind === 2 ? '' : by) + sealed.slice(kept);
        fc.pre(harmed !== sealed);
        expect(refusal(harmed, where)).to.include(where);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not open it when a single bit of iv, text or tag is another', () => {
    fc.assert(
      fc.property(text, place, fc.nat(), (clear, at, anywhere) => {
        const sealed = ring.seal(clear, at);
        const bytes = Buffer.from(sealed.slice(ring.prefix.length), 'base64url');
        const bit = anywhere % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(refusal(ring.prefix + bytes.toString('base64url'), at)).to.include('was changed');
      }),
    );
  });

  it('does not open what is cut off', () => {
    fc.assert(
      fc.property(text, place, fc.nat(), (clear, at, length) => {
        const sealed = ring.seal(clear, at);
        expect(refusal(sealed.slice(0, length % sealed.length), at)).to.include(at);
      }),
    );
  });

  it('does not open what a key sealed that it does not have, also when the id is the same', () => {
    const stranger = openKeyRing([key('stranger')]);
    expect(refusal(stranger.seal('Asha', 'a.b:1'), 'a.b:1')).to.include('nothing on the key ring');
    const namesake = openKeyRing([key('new')]);
    expect(refusal(namesake.seal('Asha', 'a.b:1'), 'a.b:1')).to.include('was changed');
  });

  it('opens what its old keys sealed; the newest seals', () => {
    const before = openKeyRing([old]).seal('Asha', 'a.b:1');
    expect(ring.open(before, 'a.b:1')).to.equal('Asha');
    expect(ring.isCurrent(before)).to.equal(false);
    const after = ring.seal('Asha', 'a.b:1');
    expect(openKeyRing([newest]).open(after, 'a.b:1')).to.equal('Asha');
    expect(refusal(after, 'a.b:1', openKeyRing([old]))).to.include('nothing on the key ring');
  });

  it('takes clear text for clear text', () => {
    for (const clear of ['', 'asha@example.com', '{"name":"Asha"}', 'v1.new.', 'v1.new.short', 'v2.new.AAAA']) {
      expect(isSealed(clear), clear).to.equal(false);
      expect(refusal(clear, 'a.b:1')).to.include('nothing on the key ring');
    }
    expect(new RegExp(SEALED_PATTERN).test(`${ring.seal('', 'a.b:1')}\n`)).to.equal(false);
  });
});

describe('the keys of a setting', () => {
  const good = () => `k1:${randomBytes(32).toString('base64')}`;

  it('are read newest first, in base64 of both alphabets', () => {
    const [bytes, more] = [Buffer.alloc(32, 0xfb), Buffer.alloc(32, 0xff)];
    const keys = readKeys(`k2:${bytes.toString('base64')}, k1:${more.toString('base64url')}`);
    expect(keys).to.deep.equal([
      { id: 'k2', bytes },
      { id: 'k1', bytes: more },
    ]);
  });

  /** Mistakes that people make with `id:key`. */
  const mistakes: Record<string, (secret: Buffer) => string> = {
    'no id': (secret) => secret.toString('base64'),
    'no id, and hexadecimal': (secret) => secret.subarray(0, 16).toString('hex'),
    'a passphrase': (secret) => `correct-horse-${secret.toString('hex').slice(0, 12)}`,
    'the two mixed up': (secret) => `${secret.subarray(0, 24).toString('base64url')}:k1`,
    'an empty key': (secret) => `${secret.toString('base64url').slice(0, 32)}:`,
    hexadecimal: (secret) => `k1:${secret.toString('hex')}`,
    'too short': (secret) => `k1:${secret.subarray(1).toString('base64')}`,
    'too long': (secret) => `k1:${Buffer.concat([secret, secret]).toString('base64')}`,
    'something in the middle of it': (secret) => `k1:${secret.toString('base64').replace(/^(.{9})/, '$1 ')}`,
    'a third part': (secret) => `k1:${secret.toString('base64')}:k2`,
    'an id with a dot': (secret) => `k.1:${secret.toString('base64')}`,
    'a comma too many': (secret) => `k1:${secret.toString('base64')},`,
    'a key twice': (secret) => `k1:${secret.toString('base64')},k1:${secret.toString('base64')}`,
  };

  for (const [name, write] of Object.entries(mistakes)) {
    it(`are refused with ${name}, and no part of them is repeated`, () => {
      const secret = randomBytes(32);
      const setting = write(secret);
      const message = messageOf(() => readKeys(setting));
      for (const part of setting.split(/[:,]/).filter((each) => each.length > 3)) {
        for (let at = 0; at + 8 <= part.length; at += 1) expect(message).not.to.include(part.slice(at, at + 8));
      }
    });
  }

  it('are told apart by their place in the list', () => {
    expect(messageOf(() => readKeys(`${good()},k2:AAAA`))).to.include('entry 2');
  });

  function messageOf(read: () => unknown): string {
    try {
      read();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('it was read');
  }
});

describe('the blind index of an e-mail address', () => {
  const dataKeys = `k1:${randomBytes(32).toString('base64')}`;
  const vault = openVault({ dataKeys, secret: 'a secret of at least 32 characters' });

  it('is equal for the spellings of one box', () => {
    const spaces = fc.constantFrom('', ' ', '\t', '\n ');
    fc.assert(
      fc.property(fc.emailAddress(), spaces, spaces, fc.array(fc.boolean()), (email, before, after, capitals) => {
        const spelt = [...email].map((char, index) => (capitals[index] ? char.toUpperCase() : char)).join('');
        expect(vault.indexOf(before + spelt + after)).to.equal(vault.indexOf(email));
      }),
    );
    expect(vault.indexOf('zoe\u0308@example.com')).to.equal(vault.indexOf('zo\u00eb@example.com'));
  });

  it('is the stored one for every address in ASCII, and the same for its domain in Unicode', () => {
    const stored = blindIndex(deriveKey('a secret of at least 32 characters', 'e-mail index'));
    for (const email of ["O'Neil+shop@Example.com", 'asha@xn--mnchen-3ya.example']) {
      expect(vault.indexOf(email)).to.equal(stored(email.toLowerCase()));
    }
    expect(vault.indexOf('asha@m\u00fcnchen.example')).to.equal(stored('asha@xn--mnchen-3ya.example'));
  });

  it('is different for different boxes', () => {
    fc.assert(
      fc.property(fc.emailAddress(), fc.emailAddress(), (one, other) => {
        fc.pre(one.toLowerCase() !== other.toLowerCase());
        expect(vault.indexOf(one)).not.to.equal(vault.indexOf(other));
      }),
    );
  });

  it('hangs on the secret, and not on the keys: a rotation leaves it as it is', () => {
    const turned = openVault({
      dataKeys: `k2:${randomBytes(32).toString('base64')}`,
      secret: 'a secret of at least 32 characters',
    });
    expect(turned.indexOf('asha@example.com')).to.equal(vault.indexOf('asha@example.com'));
    const other = openVault({ dataKeys, secret: 'another secret of 32 characters or more' });
    expect(other.indexOf('asha@example.com')).not.to.equal(vault.indexOf('asha@example.com'));
  });
});
