import { createCanvas } from '@napi-rs/canvas';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

export interface Page {
  text: string;
  /** Whether anything is drawn within so many points of the edge of the page. */
  isInkedAt(margin: number): boolean;
  /** Share of the page that is not white. */
  ink: number;
}

/** Reads the text of every page of a PDF, and draws it. */
export async function openPdf(file: Uint8Array): Promise<Page[]> {
  const document = await getDocument({ data: new Uint8Array(file), verbosity: 0 }).promise;
  return Promise.all(Array.from({ length: document.numPages }, (_, index) => readPage(document, index + 1)));
}

async function readPage(document: Awaited<ReturnType<typeof getDocument>['promise']>, number: number): Promise<Page> {
  const page = await document.getPage(number);
  const { items } = await page.getTextContent();
  const text = items.map((item) => ('str' in item ? item.str : '')).join(' ');
  const viewport = page.getViewport({ scale: 1 });
  const [width, height] = [Math.round(viewport.width), Math.round(viewport.height)];
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  await page.render({ canvas: null, canvasContext: context as never, viewport }).promise;
  const { data } = context.getImageData(0, 0, width, height);
  const isInk = (x: number, y: number) => (data[(y * width + x) * 4] ?? 255) < 200;
  const points = Array.from({ length: width * height }, (_, index): [number, number] => [
    index % width,
    Math.floor(index / width),
  ]);
  const inked = points.filter(([x, y]) => isInk(x, y));
  const isOutside =
    (margin: number) =>
    ([x, y]: [number, number]) =>
      x < margin || y < margin || x >= width - margin || y >= height - margin;
  return { text, ink: inked.length / points.length, isInkedAt: (margin) => inked.some(isOutside(margin)) };
}
