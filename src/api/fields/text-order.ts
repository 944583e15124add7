/**
 * Adds the collation of a dictionary to a SQL text: apple before Zebra, é next to e (ICU, English in India). The index
 * `products_by_title` has this collation and serves no other.
 */
export const inTextOrder = (text: string): string => `${text} collate "en-IN-x-icu"`;
