import { createRequire } from 'node:module';

interface Anchor {
  xCoordinate: number;
  yCoordinate: number;
}

/** The part of fontkit that positions marks around letters (OpenType table GPOS). */
interface MarkPlacer {
  getAnchor(anchor: Anchor | null): { x: number; y: number };
  applyLookup(type: number, table: object): boolean;
}

interface Fontkit {
  openSync(path: string): { _layoutEngine: { engine: { GPOSProcessor: MarkPlacer } } };
}

/**
 * Patches fontkit 2.0.4, which shapes the text for pdfmake. fontkit throws when a letter has no anchor for a mark, as
 * in ਪੰਜਾਬ or శ్రీమతి. OpenType fonts may omit anchors (GPOS, mark-to-base attachment, NULL offsets): then the lookup
 * does not apply and the next lookup is tried.
 */
export function patchMarkPositioning(anyFont: string): void {
  const fontkit: Fontkit = createRequire(import.meta.url)('fontkit');
  const marks: MarkPlacer = Object.getPrototypeOf(fontkit.openSync(anyFont)._layoutEngine.engine.GPOSProcessor);
  const { getAnchor, applyLookup } = marks;
  const missing = new Error('The letter has no anchor for the mark.');
  marks.getAnchor = function (anchor) {
    if (anchor === null) throw missing;
    return getAnchor.call(this, anchor);
  };
  marks.applyLookup = function (type, table) {
    try {
      return applyLookup.call(this, type, table);
    } catch (error) {
      if (error === missing) return false;
      throw error;
    }
  };
}
