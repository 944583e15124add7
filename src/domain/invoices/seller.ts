import { indianSubdivision } from '../tax/india.ts';
import type { Seller } from './document.ts';
import { isGstin } from './gstin.ts';
import { FIRST_PREFIXES, type Prefixes, prefixProblems } from './numbering.ts';

/** How the seller is set: the parts of the address are separated by `|`. */
export interface SellerSettings {
  name: string;
  address: string;
  gstin: string;
  state: string;
  contact?: string;
  /** Stands at the end of each document. */
  terms?: string;
  prefixes?: Prefixes;
  logo?: Logo;
}

/** A picture that documents are headed with. */
export interface Logo {
  type: 'image/png' | 'image/jpeg';
  base64: string;
}

/** A seller with what its documents are made with besides. */
export interface IssuingSeller extends Seller {
  terms?: string;
  prefixes: Prefixes;
  logo?: Logo;
}

/** What is wrong with the settings of the seller, a line for each; empty when an invoice may name them. */
export function sellerProblems({ gstin, state, prefixes = FIRST_PREFIXES }: SellerSettings): string[] {
  const subdivision = indianSubdivision(state);
  const problems = prefixProblems(prefixes);
  if (!subdivision) problems.push(`SELLER_STATE: "${state}" is no state of India, as IN-KA`);
  if (!isGstin(gstin))
    problems.push(`SELLER_GSTIN: "${gstin}" is no GSTIN: 15 characters, the last of which is a check digit`);
  else if (subdivision && !gstin.startsWith(subdivision.gstCode)) {
    problems.push(`SELLER_GSTIN: one of ${subdivision.name} begins with ${subdivision.gstCode}`);
  }
  return problems;
}

export const sellerOf = ({ address, prefixes = FIRST_PREFIXES, ...given }: SellerSettings): IssuingSeller => ({
  ...given,
  address: address.split('|').map((line) => line.trim()),
  prefixes,
});
