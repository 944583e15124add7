/** A state or union territory: ISO 3166-2 code, name, and the first two digits of its GST numbers. */
export interface Subdivision {
  readonly code: string;
  readonly name: string;
  readonly gstCode: string;
}

const of = (code: string, name: string, gstCode: string): Subdivision => Object.freeze({ code, name, gstCode });

/** The 28 states and 8 union territories. */
export const INDIAN_SUBDIVISIONS: readonly Subdivision[] = [
  of('IN-AN', 'Andaman and Nicobar Islands', '35'),
  of('IN-AP', 'Andhra Pradesh', '37'),
  of('IN-AR', 'Arunachal Pradesh', '12'),
  of('IN-AS', 'Assam', '18'),
  of('IN-BR', 'Bihar', '10'),
  of('IN-CG', 'Chhattisgarh', '22'),
  of('IN-CH', 'Chandigarh', '04'),
  of('IN-DH', 'Dadra and Nagar Haveli and Daman and Diu', '26'),
  of('IN-DL', 'Delhi', '07'),
  of('IN-GA', 'Goa', '30'),
  of('IN-GJ', 'Gujarat', '24'),
  of('IN-HP', 'Himachal Pradesh', '02'),
  of('IN-HR', 'Haryana', '06'),
  of('IN-JH', 'Jharkhand', '20'),
  of('IN-JK', 'Jammu and Kashmir', '01'),
  of('IN-KA', 'Karnataka', '29'),
  of('IN-KL', 'Kerala', '32'),
  of('IN-LA', 'Ladakh', '38'),
  of('IN-LD', 'Lakshadweep', '31'),
  of('IN-MH', 'Maharashtra', '27'),
  of('IN-ML', 'Meghalaya', '17'),
  of('IN-MN', 'Manipur', '14'),
  of('IN-MP', 'Madhya Pradesh', '23'),
  of('IN-MZ', 'Mizoram', '15'),
  of('IN-NL', 'Nagaland', '13'),
  of('IN-OD', 'Odisha', '21'),
  of('IN-PB', 'Punjab', '03'),
  of('IN-PY', 'Puducherry', '34'),
  of('IN-RJ', 'Rajasthan', '08'),
  of('IN-SK', 'Sikkim', '11'),
  of('IN-TN', 'Tamil Nadu', '33'),
  of('IN-TR', 'Tripura', '16'),
  of('IN-TS', 'Telangana', '36'),
  of('IN-UK', 'Uttarakhand', '05'),
  of('IN-UP', 'Uttar Pradesh', '09'),
  of('IN-WB', 'West Bengal', '19'),
];

/** Codes that ISO replaced in 2020 (DN, DD) and in November 2023; address forms and libraries still use them. */
const FORMER_CODES: ReadonlyMap<string, string> = new Map([
  ['IN-CT', 'IN-CG'],
  ['IN-DD', 'IN-DH'],
  ['IN-DN', 'IN-DH'],
  ['IN-OR', 'IN-OD'],
  ['IN-TG', 'IN-TS'],
  ['IN-UT', 'IN-UK'],
]);

/** All codes that an address may contain, including former ones. */
export const STATE_CODES: readonly string[] = [...INDIAN_SUBDIVISIONS.map(({ code }) => code), ...FORMER_CODES.keys()];

const BY_CODE = new Map(INDIAN_SUBDIVISIONS.map((subdivision) => [subdivision.code, subdivision]));

/** Returns the state or union territory of a current or former ISO 3166-2 code. */
export function indianSubdivision(code: string): Subdivision | undefined {
  return BY_CODE.get(currentStateCode(code));
}

export function isIndianSubdivision(code: string): boolean {
  return indianSubdivision(code) !== undefined;
}

/** Returns the current code for a former one; other texts are unchanged. */
export const currentStateCode = (code: string): string => FORMER_CODES.get(code) ?? code;

/** Whether two codes mean the same state; a former code equals its replacement. */
export const isSameState = (one: string, other: string): boolean =>
  one === other || (indianSubdivision(one)?.code ?? one) === (indianSubdivision(other)?.code ?? other);
