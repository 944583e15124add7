/** Describes one cached value: its key, its dependencies and its life. */
export interface Entry {
  /** `type:identifier`. */
  key: string;
  /** The names whose versions the value depends on. */
  on: readonly string[];
  /** Life in seconds. For the same time after that, the stale value is served while a new one is made. */
  seconds: number;
  /** Distinguishes values of one key that were made from different inputs. */
  form?: string;
  /** Whether its reads are counted, so that the most popular values can be kept warm. */
  isCounted?: boolean;
  /**
   * Whether its maker reads other entries. It takes no PostgreSQL slot: it would hold one while it waits for a maker
   * that needs one.
   */
  isComposed?: boolean;
}

/** Makes a value; returns undefined when there is none. */
export type Make<T> = () => Promise<T | undefined>;
