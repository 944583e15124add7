/** Returns the value of a JSON text; undefined when the text is not JSON, as after a write by another program. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
