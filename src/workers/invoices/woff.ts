import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

const unpackedFonts = new Map<string, Buffer>();

/**
 * Returns the font of a WOFF file as OpenType, and caches it. Otherwise fontkit inflates every table for every document
 * in JavaScript, which takes longer than the rest of the rendering.
 */
export function openFont(path: string): Buffer {
  const font = unpackedFonts.get(path) ?? unpackWoff(readFileSync(path));
  unpackedFonts.set(path, font);
  return font;
}

/** Converts WOFF to OpenType: WOFF holds the same tables, each deflated (W3C, WOFF File Format 1.0). */
function unpackWoff(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12);
  const head = Buffer.alloc(12 + 16 * count);
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  const parts = [head];
  let at = head.length;
  for (let index = 0; index < count; index++) {
    const [from, to] = [44 + 20 * index, 12 + 16 * index];
    const [offset, stored, length] = [4, 8, 12].map((field) => woff.readUInt32BE(from + field)) as [
      number,
      number,
      number,
    ];
    const table = woff.subarray(offset, offset + stored);
    woff.copy(head, to, from, from + 4);
    woff.copy(head, to + 4, from + 16, from + 20);
    head.writeUInt32BE(at, to + 8);
    head.writeUInt32BE(length, to + 12);
    const padded = Buffer.alloc(Math.ceil(length / 4) * 4);
    (stored < length ? inflateSync(table) : table).copy(padded);
    parts.push(padded);
    at += padded.length;
  }
  return Buffer.concat(parts);
}
