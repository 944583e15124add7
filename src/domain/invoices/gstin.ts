const CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const SHAPE = /^\d{2}[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]$/;

/**
 * Whether a text is a GST identification number: two digits of the state, the PAN, the registration number, Z, and
 * a check digit modulo 36 over the fourteen characters before it (CGST Rules, rule 10).
 */
export const isGstin = (text: string): boolean => SHAPE.test(text) && text[14] === checkDigitOf(text.slice(0, 14));

/**
 * Returns the last character of a GSTIN: values times 1 and 2 in turn, each product as the sum of its base-36 digits.
 */
export function checkDigitOf(fourteen: string): string {
  const sum = [...fourteen].reduce((total, sign, index) => {
    const product = CHARACTERS.indexOf(sign) * (1 + (index % 2));
    return total + Math.floor(product / 36) + (product % 36);
  }, 0);
  return CHARACTERS[(36 - (sum % 36)) % 36] ?? '';
}
