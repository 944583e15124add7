import { expect } from 'chai';
import { safeDisplayName } from '../../src/workers/notifications/email-renderer.ts';
import { renderEmail } from '../../src/workers/notifications/email-templates.ts';
import { renderOrderEmail } from '../../src/workers/notifications/order-email-templates.ts';

const TOKEN = { text: '0198a8a8-1234-7000-8000-123456789012.mac', expiresAt: new Date('2026-07-31T10:10:00Z') };
const ASHA = {
  kind: 'customer',
  name: 'Asha Rao',
  token: TOKEN,
  storeUrl: 'https://shop.example.com',
  opsUrl: 'https://ops.example.com/',
} as const;

describe('e-mails about an account', () => {
  for (const [template, kind, link] of [
    ['verify-email', 'customer', 'https://shop.example.com/account/verify?token='],
    ['email-changed', 'customer', 'https://shop.example.com/account/undo-email-change?token='],
    ['reset-password', 'customer', 'https://shop.example.com/account/reset-password?token='],
    ['reset-password', 'staff', 'https://ops.example.com/ops/password?token='],
    ['invitation', 'staff', 'https://ops.example.com/ops/password?token='],
    ['verify-email', 'staff', 'https://shop.example.com/account/verify?token='],
  ] as const) {
    it(`${template} for ${kind}: greeting, link, the token alone, and how long it works`, () => {
      const { subject, text, html } = renderEmail(template, { ...ASHA, kind });
      expect(subject).to.match(/^[A-Z][\w -]+$/);
      expect(text).to.match(/^Hello Asha Rao,\n\n/);
      expect(text.split('\n')).to.include.members([`${link}${TOKEN.text}`, TOKEN.text]);
      expect(text).to.include('until 31 July 2026 at 3:40 pm (Indian time)');
      expect(html).to.include(`<a href="${link}${TOKEN.text}">`).and.to.include(`<code>${TOKEN.text}</code>`);
    });
  }

  it('password-changed only tells something', () => {
    const { text, html } = renderEmail('password-changed', { ...ASHA, token: undefined });
    expect(`${text}${html}`).not.to.match(/token|code/);
    expect(text).to.include('password of your account was changed');
  });

  it('link below a shop front that is not at the root, with or without a slash at its end', () => {
    for (const storeUrl of ['https://example.com/shop', 'https://example.com/shop/'])
      expect(renderEmail('verify-email', { ...ASHA, storeUrl }).text).to.include(
        '\nhttps://example.com/shop/account/verify?token=',
      );
  });

  it('show a name as it is, also to a browser', () => {
    const { text, html } = renderEmail('verify-email', { ...ASHA, name: `<b title="x">O'Hara & आशा` });
    expect(text).to.include(`Hello <b title="x">O'Hara & आशा,`);
    expect(html).to.include('<p>Hello &#60;b title=&#34;x&#34;&#62;O&#39;Hara &#38; आशा,</p>');
  });

  it('keep a name in its line', () => {
    expect(safeDisplayName(' Asha  Rao\n')).to.equal('Asha Rao');
    expect(safeDisplayName('J. R. R. Tolkien')).to.equal('J. R. R. Tolkien');
    expect(safeDisplayName('A.B. Vajpayee')).to.equal('A.B. Vajpayee');
    // Joiners belong to the spelling of some scripts.
    expect(safeDisplayName('ശ്രീ ന\u0d4d\u200d')).to.equal('ശ്രീ ന\u0d4d\u200d');
  });

  for (const name of [
    'Win at https://evil.example',
    'evil.example',
    'call eve@evil',
    'a\\b',
    'x'.repeat(61),
    'www。evil.in',
    'evil．example',
    'evil。example',
    'call 98450 12345',
    'You won ₹९९९',
    'Asha２',
    'Asha\r\n\r\nYour account is blocked',
    'Asha\u2028Your account is blocked',
    'Asha\u0000',
    'Asha \u202eoar',
    'Asha \u206a',
    'Asha \ufff9',
  ]) {
    it(`carry no message of whoever chose the name ${JSON.stringify(name)}`, () => {
      const { text, html } = renderEmail('verify-email', { ...ASHA, name });
      expect(text).to.match(/^Hello,\n/);
      expect(html).to.include('<p>Hello,</p>');
    });
  }

  it('say where an order goes without making links of it', () => {
    const address = {
      name: 'Win\n\nat https://evil.example',
      line1: '12/3 Dr.Ambedkar Road',
      line2: 'www．evil．example',
      city: 'Bengaluru',
      state: 'IN-KA',
      postalCode: '560001',
      country: 'IN',
    };
    const order = { id: 'o', number: 'VC-000001', total: 100, linksRevoked: 0, lines: [] };
    const purchase = { checkoutId: 'k', cartId: 'c', email: 'a@example.com', isProved: false, name: address.name };
    const of = { ...purchase, isGuest: true, address, order, shipment: null, refund: null };
    const { text } = renderOrderEmail('order-confirmed', of, { storeUrl: 'https://shop.example.com' });
    expect(text).to.include('\n12/3 Dr. Ambedkar Road\n').and.to.include('\nBengaluru 560001\n');
    expect(text).to.include('\nWin at https: //evil. example\n');
    expect(text).to.include('\nwww． evil． example\n');
  });
});
