import { indianSubdivision } from '../tax/india.ts';
import type { Seller } from './document.ts';
import { isGstin } from './gstin.ts';
import { FIRST_PREFIXES, type Prefixes, prefixProblems } from './numbering.ts';

/** The settings of the seller. The lines of the address are separated by `|`. */
export interface SellerSettings {
  name: string;
  address: string;
  gstin: string;
  state: string;
  contact?: string;
  /** Printed at the end of each document. */
  terms?: string;
  prefixes?: Prefixes;
  logo?: Logo;
}

/** A picture at the top of documents. */
export interface Logo {
  type: 'image/png' | 'image/jpeg';
  base64: string;
}

/** A seller with the settings of its documents. */
export interface IssuingSeller extends Seller {
  terms?: string;
  prefixes: Prefixes;
  logo?: Logo;
}

/** Returns the problems of the seller's settings, one line each; empty if they are valid. */
export function sellerProblems({ gstin, state, prefixes = FIRST_PREFIXES }: SellerSettings): string[] {
  const subdivision = indianSubdivision(state);
  const problems = prefixProblems(prefixes);
  if (!subdivision) problems.push(`SELLER_STATE: "${state}" is not a state of India, like IN-KA`);
  if (!isGstin(gstin))
    problems.push(`SELLER_GSTIN: "${gstin}" is not a GSTIN of 15 characters with a valid check digit`);
  else if (subdivision && !gstin.startsWith(subdivision.gstCode)) {
    problems.push(`SELLER_GSTIN: a GSTIN of ${subdivision.name} must begin with ${subdivision.gstCode}`);
  }
  return problems;
}

export const sellerOf = ({ address, prefixes = FIRST_PREFIXES, ...given }: SellerSettings): IssuingSeller => ({
  ...given,
  address: address.split('|').map((line) => line.trim()),
  prefixes,
});
