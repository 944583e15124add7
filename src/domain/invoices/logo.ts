import { crc32 } from 'node:zlib';
import type { Logo } from './seller.ts';

/** The size limits of a logo: every document contains a copy of it. */
export const MOST_LOGO_BYTES = 200_000;
export const MOST_LOGO_PIXELS = 2_000;

/** Returns the logo in `bytes`; undefined if it is not a PNG or JPEG that PDF supports, is damaged or too large. */
export function logoOf(bytes: Buffer): Logo | undefined {
  if (bytes.length < 16 || bytes.length > MOST_LOGO_BYTES) return undefined;
  const type = isPng(bytes) ? 'image/png' : isJpeg(bytes) ? 'image/jpeg' : undefined;
  return type && { type, base64: bytes.toString('base64') };
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const isWithin = (width: number, height: number): boolean =>
  width > 0 && height > 0 && width <= MOST_LOGO_PIXELS && height <= MOST_LOGO_PIXELS;

/** Whether it is a complete PNG: valid chunk checksums, a supported colour depth, and an end chunk. */
function isPng(bytes: Buffer): boolean {
  if (!bytes.subarray(0, 8).equals(PNG) || bytes.length < 33) return false;
  const [width, height, depth, interlace] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes[24], bytes[28]];
  if (!isWithin(width, height) || depth !== 8 || interlace !== 0) return false;
  let last = '';
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) return false;
    last = bytes.toString('latin1', at + 4, at + 8);
    at = end + 4;
  }
  return last === 'IEND';
}

/** JPEG markers that contain the size: baseline, extended and progressive. */
const FRAMES = [0xc0, 0xc1, 0xc2];

/** Whether it is a JPEG with an end marker and an allowed size. */
function isJpeg(bytes: Buffer): boolean {
  if (bytes.readUInt16BE(0) !== 0xffd8 || bytes.readUInt16BE(bytes.length - 2) !== 0xffd9) return false;
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    if (FRAMES.includes(bytes[at + 1] ?? 0)) return isWithin(bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5));
  }
  return false;
}
