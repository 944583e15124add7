import { setImmediate as turn } from 'node:timers/promises';
import pdfmake from 'pdfmake';
import type { TaxDocument } from '../../domain/invoices/document.ts';
import type { Buyer } from '../../entities/invoices/file.ts';
import { FONT_FILES, FONTS } from './fonts.ts';
import { pageOf } from './page.ts';

pdfmake.setFonts(FONTS);
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy((path: string) => FONT_FILES.has(path));

/** Draws a tax document as PDF. Takes some tens of milliseconds of the processor: a job for a worker. */
export async function renderPdf(document: TaxDocument, buyer: Buyer): Promise<Buffer> {
  await turn();
  return pdfmake.createPdf(pageOf(document, buyer)).getBuffer();
}
