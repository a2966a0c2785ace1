/** Whether every word of a query is in a text, whatever the case of its letters. */
export function matches(query: string, text: string): boolean {
  const searched = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => searched.includes(word));
}
