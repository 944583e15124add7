/** Unique quantity codes as returns know them: numbers, and not applicable. */
export type Unit = 'NOS' | 'NA';

/** In what a line is counted (CGST Rules, rule 46(i)): goods by the piece, services (HSN chapter 99) not at all. */
export const unitOf = (hsn: string): Unit => (hsn.startsWith('99') ? 'NA' : 'NOS');
