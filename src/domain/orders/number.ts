/** Returns the public number of an order, e.g. `VC-000123`. */
export const orderNumber = (number: number): string => `VC-${String(number).padStart(6, '0')}`;
