const PATIENCE_MS = 60_000;

/** Tests that mostly wait: all of them run at once, each is reported on its own. Call it after the `before` they need. */
export function together(scenarios: Record<string, () => Promise<void>>): void {
  let running: Map<string, Promise<void>>;
  before('begin all', () => {
    running = new Map(Object.entries(scenarios).map(([name, scenario]) => [name, scenario()]));
    // A failure is reported by its own test, which may still be waiting for its turn.
    for (const scenario of running.values()) scenario.catch(() => undefined);
  });
  for (const name of Object.keys(scenarios)) {
    it(name, function () {
      this.timeout(PATIENCE_MS);
      return running.get(name);
    });
  }
}
