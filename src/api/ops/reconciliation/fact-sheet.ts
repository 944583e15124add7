import { factText } from './fact-text.ts';

/** The facts of a discrepancy: what several accounts say side by side, and what only one of them says. */
export interface FactSheet {
  /** The names of the accounts that are compared. */
  accounts: string[];
  /** For each compared fact, what each account says, in their order; null: it has no such fact. */
  compared: { name: string; values: (string | null)[] }[];
  single: [name: string, value: string][];
}

/** The facts that hold what a party says, part by part. */
const PARTIES: ReadonlyMap<string, string> = new Map([
  ['ours', 'VCEcom'],
  ['theirs', 'Payment provider'],
]);
/** Parts that the provider calls by another name than we do. */
const OUR_NAMES: ReadonlyMap<string, string> = new Map([['received', 'captured']]);
/** The account that a prefix of a fact's name means: `movedOnHand` is what the movements say about `onHand`. */
const ACCOUNTS: readonly [prefix: string, account: string][] = [
  ['moved', 'Movements'],
  ['lines', 'Lines'],
  ['checkout', 'Checkout'],
  ['snapshot', 'Price snapshot'],
  ['priced', 'Price snapshot'],
  ['invoiced', 'Invoice'],
];
/** The text of a fact without a value. */
export const NONE = 'none';
/** What the row itself says. */
const STORED = 'Stored';

/** Arranges facts: parts of `ours` and `theirs`, and facts whose name is another fact's name with a known prefix. */
export function factSheet({ kind, facts }: { kind: string; facts: Readonly<Record<string, unknown>> }): FactSheet {
  const said = new Map<string, Map<string, unknown>>();
  const say = (name: string, account: string, value: unknown) =>
    said.set(name, (said.get(name) ?? new Map<string, unknown>()).set(account, value));
  const accounts = new Set<string>();
  for (const [name, value] of Object.entries(facts)) {
    const party = PARTIES.get(name);
    if (party === undefined) say(...placeOf(name, facts), value);
    else {
      accounts.add(party);
      for (const [part, partValue] of Object.entries(value ?? {})) say(OUR_NAMES.get(part) ?? part, party, partValue);
    }
  }
  const entries = [...said].map(([name, values]) => ({ name, values }));
  const isSingle = ({ values }: (typeof entries)[number]) => values.size === 1 && values.has(STORED);
  const compared = entries.filter((entry) => !isSingle(entry));
  for (const { values } of compared) for (const account of values.keys()) accounts.add(account);
  const columns = [...accounts].sort((a, b) => Number(b === STORED) - Number(a === STORED));
  return {
    accounts: columns,
    compared: compared.map(({ name, values }) => ({
      name,
      values: columns.map((each) => factText(kind, name, values.get(each))),
    })),
    single: entries
      .filter(isSingle)
      .map(({ name, values }) => [name, factText(kind, name, values.get(STORED)) ?? NONE]),
  };
}

/** The fact that a name stands for, and the account that says it. Ids are no values to compare. */
function placeOf(name: string, facts: object): [base: string, account: string] {
  for (const [prefix, account] of ACCOUNTS) {
    const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    const base = rest.charAt(0).toLowerCase() + rest.slice(1);
    if (base !== rest && Object.hasOwn(facts, base) && !base.endsWith('Id')) return [base, account];
  }
  return [name, STORED];
}
