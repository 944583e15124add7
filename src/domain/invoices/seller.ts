import { indianSubdivision } from '../india.ts';
import type { Seller } from './document.ts';
import { isGstin } from './gstin.ts';

/** How the seller is set: the parts of the address are separated by `|`. */
export interface SellerSettings {
  name: string;
  address: string;
  gstin: string;
  state: string;
}

/** What is wrong with the settings of the seller, a line for each; empty when an invoice may name them. */
export function sellerProblems({ gstin, state }: SellerSettings): string[] {
  const subdivision = indianSubdivision(state);
  const problems: string[] = [];
  if (!subdivision) problems.push(`SELLER_STATE: "${state}" is no state of India, as IN-KA`);
  if (!isGstin(gstin))
    problems.push(`SELLER_GSTIN: "${gstin}" is no GSTIN: 15 characters, the last of which is a check digit`);
  else if (subdivision && !gstin.startsWith(subdivision.gstCode)) {
    problems.push(`SELLER_GSTIN: one of ${subdivision.name} begins with ${subdivision.gstCode}`);
  }
  return problems;
}

export const sellerOf = ({ name, address, gstin, state }: SellerSettings): Seller => ({
  name,
  address: address.split('|').map((line) => line.trim()),
  gstin,
  state,
});
