/**
 * Pure: migrates a stored snapshot to the current version, one version at a time. `migrations[0]` turns version 1 into
 * version 2.
 * @throws Error for a version that this release cannot read, because a later release stored it
 */
export function migrate<Stored extends { version: number }>(
  stored: Stored,
  migrations: readonly ((earlier: Stored) => Stored)[],
): Stored {
  const { version } = stored;
  const current = migrations.length + 1;
  if (!Number.isInteger(version) || version < 1 || version > current) {
    const known = current === 1 ? 'version 1' : `versions 1 to ${current}`;
    throw new Error(
      `The stored state has version ${version}, but this release reads ${known}. Run the release that stored it, or a later one.`,
    );
  }
  return migrations.slice(version - 1).reduce((earlier, step) => step(earlier), stored);
}
