/** What people call an order: `VC-000123`. */
export const orderNumber = (number: number): string => `VC-${String(number).padStart(6, '0')}`;
