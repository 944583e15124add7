import { watch } from 'node:fs';

const QUIET_MS = 150;

/**
 * Calls `changed` with the name of a changed TypeScript file after 150 ms without further changes. Calls never overlap:
 * changes during a call cause one more. Returns the function that ends the watch.
 */
export function watchFolders(folders: readonly string[], changed: (file: string) => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let latest: string | null = null;
  let busy = false;
  const run = async () => {
    if (busy || latest === null) return;
    const file = latest;
    latest = null;
    busy = true;
    await changed(file).finally(() => {
      busy = false;
    });
    await run();
  };
  const watchers = folders.map((folder) =>
    watch(folder, { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.ts')) return;
      latest = file;
      clearTimeout(timer);
      timer = setTimeout(() => void run(), QUIET_MS);
    }),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
