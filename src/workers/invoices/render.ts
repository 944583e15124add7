import { setImmediate as turn } from 'node:timers/promises';
import pdfmake from 'pdfmake';
import type { TaxDocument } from '../../domain/invoices/document.ts';
import type { Logo } from '../../domain/invoices/seller.ts';
import type { Buyer } from '../../entities/invoice/file.ts';
import { FONT_FILES, FONTS, LATIN } from './fonts.ts';
import { type Drawn, pageOf } from './page.ts';
import { nextBreaks, type PageBreaks } from './page-breaks.ts';
import { repairMarks } from './shaping.ts';
import { openFont } from './woff.ts';

pdfmake.setFonts(FONTS);
pdfmake.setUrlAccessPolicy(() => false);
// Nothing may be read by what is on a page, but for the fonts, which come unpacked.
pdfmake.setLocalAccessPolicy(() => false);
Object.assign(pdfmake, { virtualfs: { existsSync: (path: string) => FONT_FILES.has(path), readFileSync: openFont } });
repairMarks(LATIN);

/**
 * Draws a tax document as PDF, again where a page would have too few rows of a table: at most three times. Each takes some
 * tens of milliseconds of the processor: a job for a worker.
 */
export async function renderPdf(document: TaxDocument, buyer: Buyer, logo?: Logo): Promise<Buffer> {
  let breaks: PageBreaks = { lines: null, hsn: null };
  for (;;) {
    await turn();
    const { pdf, pages } = await draw({ document, buyer, logo }, breaks);
    const next = nextBreaks(breaks, pages);
    if (next.lines === breaks.lines && next.hsn === breaks.hsn) return pdf;
    breaks = next;
  }
}

async function draw(drawn: Drawn, breaks: PageBreaks): Promise<{ pdf: Buffer; pages: Map<string, number> }> {
  const pages = new Map<string, number>();
  const pdf = await pdfmake
    .createPdf({
      ...pageOf(drawn, breaks),
      // Asked of every piece that was laid out: it only looks where each row is.
      pageBreakBefore({ id, pageNumbers }) {
        if (id && pageNumbers[0] !== undefined) pages.set(id, pageNumbers[0]);
        return false;
      },
    })
    .getBuffer();
  return { pdf, pages };
}
