/** Number of transactions and of their units of work, by name of the work. */
export type GroupSizes = Record<string, { groups: number; members: number }>;

const SAMPLE = /^vcecom_work_group_members_(sum|count)\{name="([^"]+)"\} (\d+)/;

/** Adds up the metrics of all processes. */
export async function readGroupSizes(urls: Readonly<Record<string, string>>): Promise<GroupSizes> {
  const sizes: GroupSizes = {};
  const texts = await Promise.all(Object.values(urls).map(async (url) => (await fetch(url)).text()));
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const [, what, name = '', value] = SAMPLE.exec(line) ?? [];
    if (what === undefined) continue;
    sizes[name] ??= { groups: 0, members: 0 };
    sizes[name][what === 'sum' ? 'members' : 'groups'] += Number(value);
  }
  return sizes;
}

/** Returns the difference of two readings, sorted by name. */
export function sizesBetween(before: GroupSizes, after: GroupSizes): GroupSizes {
  const names = Object.keys(after).sort();
  return Object.fromEntries(
    names.map((name) => {
      const { groups, members } = after[name] ?? { groups: 0, members: 0 };
      return [name, { groups: groups - (before[name]?.groups ?? 0), members: members - (before[name]?.members ?? 0) }];
    }),
  );
}
