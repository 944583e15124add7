import { createCanvas } from '@napi-rs/canvas';
import { getDocument, OPS, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** A piece of text and where it stands, in points from the left and the bottom of the page. */
export interface Piece {
  text: string;
  left: number;
  right: number;
  y: number;
}

export interface Page {
  text: string;
  pieces: Piece[];
  /** How many signs are drawn as the empty box of a font that lacks them. */
  missing: number;
}

export interface DrawnPage extends Page {
  /** Whether anything is drawn within so many points of the edge of the page. */
  isInkedAt(margin: number): boolean;
  /** Share of the page that is not white. */
  ink: number;
}

/** Reads the text of every page of a PDF. */
export const readPdf = (file: Uint8Array): Promise<Page[]> => eachPage(file, readPage);

/** Reads the text of every page of a PDF, and draws it, which takes some hundred times as long. */
export const openPdf = (file: Uint8Array): Promise<DrawnPage[]> =>
  eachPage(file, async (page) => ({ ...(await readPage(page)), ...(await drawPage(page)) }));

async function eachPage<T>(file: Uint8Array, look: (page: PDFPageProxy) => Promise<T>): Promise<T[]> {
  const document = await getDocument({ data: new Uint8Array(file), verbosity: 0 }).promise;
  const numbers = Array.from({ length: document.numPages }, (_, index) => index + 1);
  return Promise.all(numbers.map(async (number) => look(await document.getPage(number))));
}

async function readPage(page: PDFPageProxy): Promise<Page> {
  const { items } = await page.getTextContent();
  const text = items.map((item) => ('str' in item ? item.str : '')).join(' ');
  const pieces = items.flatMap((item) => {
    if (!('str' in item) || item.str.trim() === '') return [];
    const [, , , , left = 0, y = 0] = item.transform as number[];
    return [{ text: item.str, left, right: left + item.width, y }];
  });
  return { text, pieces, missing: await missingSigns(page) };
}

async function drawPage(page: PDFPageProxy): Promise<Pick<DrawnPage, 'isInkedAt' | 'ink'>> {
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
  return { ink: inked.length / points.length, isInkedAt: (margin) => inked.some(isOutside(margin)) };
}

/** Glyph 0 of a font stands for whatever the font does not have. */
async function missingSigns(page: PDFPageProxy): Promise<number> {
  const { fnArray, argsArray } = await page.getOperatorList();
  const shown = fnArray.flatMap((operator, index) => (operator === OPS.showText ? (argsArray[index]?.[0] ?? []) : []));
  return shown.filter((glyph: { originalCharCode?: number } | number) => {
    return typeof glyph === 'object' && glyph?.originalCharCode === 0;
  }).length;
}
