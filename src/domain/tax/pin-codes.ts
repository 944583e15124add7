import { indianSubdivision, type Subdivision } from './india.ts';

/*
 * The states of PIN codes, by their first digits. Source: "All India Pincode Directory" of the Department of Posts on
 * data.gov.in, in editions before and after 2020, compared with the postal codes of India at geonames.org. States that
 * the directory names for a few distant offices are omitted as typing errors. Where the directory still names Andhra
 * Pradesh in districts of Telangana, the Andhra Pradesh Reorganisation Act, 2014 decides.
 */

/** First and last prefix of a range, and its states, as the last part of their ISO 3166-2 codes. */
type Range = readonly [first: number, last: number, states: string];

/** Postal circles, by two digits; they also cover sorting districts that open later. */
const CIRCLES: readonly Range[] = [
  [11, 11, 'DL'],
  [12, 13, 'HR'],
  [14, 15, 'PB'],
  [16, 16, 'CH PB'],
  [17, 17, 'HP'],
  [18, 19, 'JK'],
  [20, 28, 'UP'],
  [30, 34, 'RJ'],
  [36, 39, 'GJ'],
  [40, 44, 'MH'],
  [45, 48, 'MP'],
  [49, 49, 'CG'],
  [50, 50, 'TS'],
  [51, 53, 'AP'],
  [56, 59, 'KA'],
  [60, 64, 'TN'],
  [67, 69, 'KL'],
  [70, 74, 'WB'],
  [75, 77, 'OD'],
  [78, 78, 'AS'],
  [79, 79, 'AR ML MN MZ NL TR'],
  [80, 80, 'BR'],
  [81, 82, 'BR JH'],
  [83, 83, 'JH'],
  [84, 85, 'BR'],
];

/** Sorting districts whose states differ from those of their circle, by three digits. */
const SORTING_DISTRICTS: readonly Range[] = [
  [140, 140, 'CH PB'],
  [194, 194, 'LA'],
  [244, 244, 'UK UP'],
  [246, 247, 'UK UP'],
  [248, 249, 'UK'],
  [262, 262, 'UK UP'],
  [263, 263, 'UK'],
  [362, 362, 'DH GJ'],
  [396, 396, 'DH GJ'],
  [403, 403, 'GA'],
  [507, 507, 'AP TS'],
  [533, 533, 'AP PY'],
  [605, 605, 'PY TN'],
  [607, 607, 'PY TN'],
  [609, 609, 'PY TN'],
  [673, 673, 'KL PY'],
  [682, 682, 'KL LD'],
  [737, 737, 'SK'],
  [744, 744, 'AN'],
  [781, 783, 'AS ML'],
  [790, 792, 'AR'],
  [793, 794, 'ML'],
  [795, 795, 'MN'],
  [796, 796, 'MZ'],
  [797, 798, 'NL'],
  [799, 799, 'TR'],
  [811, 812, 'BR'],
  [813, 814, 'BR JH'],
  [815, 816, 'JH'],
  [821, 821, 'BR'],
  [822, 822, 'JH'],
  [823, 824, 'BR'],
  [825, 829, 'JH'],
];

/** Whether a text has six digits, the first of which is not 0. */
export const isPinCode = (text: string): boolean => /^[1-9][0-9]{5}$/.test(text);

/** Removes spaces around a PIN code and after its third digit: `560 001` becomes `560001`. */
export const normalisePinCode = (text: string): string => text.trim().replace(/^(\d{3})\s+(\d{3})$/, '$1$2');

/** Returns the states of a PIN code; empty if its first digits do not define one, e.g. 9 for the army. */
export function statesOfPinCode(pinCode: string): Subdivision[] {
  const states = statesIn(SORTING_DISTRICTS, pinCode.slice(0, 3)) ?? statesIn(CIRCLES, pinCode.slice(0, 2)) ?? '';
  return states.split(' ').flatMap((state) => indianSubdivision(`IN-${state}`) ?? []);
}

const statesIn = (ranges: readonly Range[], prefix: string): string | undefined =>
  ranges.find(([first, last]) => first <= Number(prefix) && Number(prefix) <= last)?.[2];
