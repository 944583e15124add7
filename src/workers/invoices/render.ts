import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import pdfmake from 'pdfmake';
import type { TaxDocument } from '../../domain/invoices/document.ts';
import type { Logo } from '../../domain/invoices/seller.ts';
import type { Buyer } from '../../entities/invoice/file.ts';
import { FONT_FILES, FONTS, LATIN } from './fonts.ts';
import { layoutDocument, type PrintableDocument } from './page.ts';
import { nextBreaks, type PageBreaks } from './page-breaks.ts';
import { patchMarkPositioning } from './shaping.ts';
import { openFont } from './woff.ts';

pdfmake.setFonts(FONTS);
pdfmake.setUrlAccessPolicy(() => false);
// A document may read no files except the fonts, which openFont unpacks.
pdfmake.setLocalAccessPolicy(() => false);
Object.assign(pdfmake, { virtualfs: { existsSync: (path: string) => FONT_FILES.has(path), readFileSync: openFont } });
patchMarkPositioning(LATIN);

/**
 * Renders a tax document as PDF; renders it again, at most three times in all, while a page has too few rows of a
 * table. Each rendering takes tens of milliseconds of CPU time, so only workers render.
 */
export async function renderPdf(document: TaxDocument, buyer: Buyer, logo?: Logo): Promise<Buffer> {
  let breaks: PageBreaks = { lines: null, hsn: null };
  for (;;) {
    await yieldToEventLoop();
    const { pdf, pages } = await renderOnce({ document, buyer, logo }, breaks);
    const next = nextBreaks(breaks, pages);
    if (next.lines === breaks.lines && next.hsn === breaks.hsn) return pdf;
    breaks = next;
  }
}

async function renderOnce(
  content: PrintableDocument,
  breaks: PageBreaks,
): Promise<{ pdf: Buffer; pages: Map<string, number> }> {
  const pages = new Map<string, number>();
  const pdf = await pdfmake
    .createPdf({
      ...layoutDocument(content, breaks),
      // pdfmake calls this for every element; it only records the page of each row.
      pageBreakBefore({ id, pageNumbers }) {
        if (id && pageNumbers[0] !== undefined) pages.set(id, pageNumbers[0]);
        return false;
      },
    })
    .getBuffer();
  return { pdf, pages };
}
