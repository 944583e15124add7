/**
 * A text in SQL, to be compared and sorted in the order of a dictionary: apple before Zebra, é beside e. It is Unicode's
 * order for English in India, and that of the index `products_by_title`, which serves no other.
 */
export const inTextOrder = (text: string): string => `${text} collate "en-IN-x-icu"`;
