import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { readCsvFile } from '../../../../src/api/admin/imports/csv-file.ts';
import { COLUMNS } from '../../../../src/entities/import/columns.ts';
import type { Line } from '../../../../src/entities/import/receiving.ts';

const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const plainCell = fc
  .string({ unit: 'grapheme', maxLength: 8 })
  .filter((text) => !/["\0\r\n,]/.test(text))
  .map((text) => ({ cell: text, written: text }));
const quotedCell = fc
  .array(fc.oneof(lineEnd, fc.constantFrom('"', ',', ' ', 'a')), { maxLength: 8 })
  .map((parts) => parts.join(''))
  .map((text) => ({ cell: text, written: `"${text.replaceAll('"', '""')}"` }));
const row = fc.record({ cells: fc.array(fc.oneof(plainCell, quotedCell), { minLength: 1, maxLength: 4 }), lineEnd });

/** What is read of a file that comes in in pieces of so many bytes. */
async function read(file: string, pieceBytes: number): Promise<Line[]> {
  const request = new IncomingMessage(new Socket());
  const bytes = Buffer.from(file);
  for (let at = 0; at < bytes.length; at += pieceBytes) request.push(bytes.subarray(at, at + pieceBytes));
  request.push(null);
  const lines: Line[] = [];
  await readCsvFile(request, {
    header: async () => {},
    lines: async (batch) => {
      lines.push(...batch);
    },
  });
  return lines;
}

describe('a CSV file', () => {
  it('has a row for each LF, CRLF or CR, also mixed, and keeps the line ends within quotes', async () => {
    await fc.assert(
      fc.asyncProperty(
        lineEnd,
        fc.array(row, { minLength: 1 }),
        fc.integer({ min: 1, max: 40 }),
        async (end, rows, size) => {
          const kept = rows
            .map(({ cells }) => cells.map(({ cell }) => cell))
            .filter((cells) => cells.some((cell) => cell.trim()));
          fc.pre(kept.length > 0);
          const body = rows.map(({ cells, lineEnd }) => cells.map(({ written }) => written).join(',') + lineEnd);
          const lines = await read(COLUMNS.join(',') + end + body.join(''), size);
          expect(lines.map(([, cells]) => cells)).to.deep.equal(kept);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('counts its rows as a spreadsheet does, whatever ends them', async () => {
    const file = `${COLUMNS.join(',')}\r\na\rb\n\r\n"c\r\nd"\r\ne`;
    expect(await read(file, 3)).to.deep.equal([
      [2, ['a']],
      [3, ['b']],
      [5, ['c\r\nd']],
      [6, ['e']],
    ]);
  });
});
