import { createCanvas } from '@napi-rs/canvas';
import { expect } from 'chai';
import { logoOf, MOST_LOGO_PIXELS } from '../../../src/domain/invoices/logo.ts';

describe('the logo of a seller', () => {
  const picture = (width: number, height: number) => createCanvas(width, height);
  const png = picture(30, 20).toBuffer('image/png');
  const jpeg = picture(30, 20).toBuffer('image/jpeg');

  it('is a PNG or a JPEG', () => {
    expect(logoOf(png)).to.deep.equal({ type: 'image/png', base64: png.toString('base64') });
    expect(logoOf(jpeg)?.type).to.equal('image/jpeg');
  });

  it('is refused damaged, cut short, too large, or of another kind: no document could be drawn with it', () => {
    const damaged = Buffer.from(png);
    damaged[45] = (damaged[45] ?? 0) ^ 1;
    const large = picture(MOST_LOGO_PIXELS + 1, 1);
    for (const wrong of [
      damaged,
      png.subarray(0, -1),
      jpeg.subarray(0, -1),
      large.toBuffer('image/png'),
      large.toBuffer('image/jpeg'),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      Buffer.alloc(0),
      Buffer.alloc(300_000, png),
    ])
      expect(logoOf(wrong)).to.equal(undefined);
  });
});
