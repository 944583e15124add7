/** By the name of the work: how many transactions there were, and how many units of work in all of them. */
export type GroupSizes = Record<string, { groups: number; members: number }>;

const SAMPLE = /^vcecom_work_group_members_(sum|count)\{name="([^"]+)"\} (\d+)/;

/** Adds up what processes tell at their metrics addresses. */
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

/** What came to pass between two readings, in the order of the names. */
export function sizesBetween(before: GroupSizes, after: GroupSizes): GroupSizes {
  const names = Object.keys(after).sort();
  return Object.fromEntries(
    names.map((name) => {
      const { groups, members } = after[name] ?? { groups: 0, members: 0 };
      return [name, { groups: groups - (before[name]?.groups ?? 0), members: members - (before[name]?.members ?? 0) }];
    }),
  );
}
