/** What is kept, and for how long. */
export interface Entry {
  /** `type:identifier`. */
  key: string;
  /** The names whose versions the value depends on. */
  on: readonly string[];
  /** Life in seconds; for as long again it is served while it is made anew. */
  seconds: number;
  /** Tells values of one key apart that were made of different inputs. */
  form?: string;
  /** Its reads are counted, so that what is read most can be kept warm. */
  isCounted?: boolean;
  /**
   * Its maker reads other entries. It takes none of the places of those that ask PostgreSQL: it would hold one while it waits
   * for a maker that needs one.
   */
  isComposed?: boolean;
}

/** Makes a value; undefined: there is nothing. */
export type Make<T> = () => Promise<T | undefined>;
