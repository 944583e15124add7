import type { TaxDocument } from '../../domain/invoices/document.ts';

const money = new Intl.NumberFormat('en-IN', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Paise as `1,23,456.78`: digits are grouped as India does. */
export const rupees = (paise: number): string => money.format(paise / 100);

/** The sign of a currency, or its code. */
export const currencySign = ({ currency }: Pick<TaxDocument, 'currency'>): string =>
  currency === 'INR' ? '₹' : `${currency} `;

/** `2026-11-27` as `27-11-2026`. */
export const indianDay = (date: string): string => date.split('-').reverse().join('-');
