/** Pixels of a chart's axis of numbers: as many as its longest one needs. */
export function axisWidth(values: string[] | null): number {
  const longest = Math.max(0, ...(values ?? []).map((value) => value.length));
  return Math.max(44, 16 + 8 * longest);
}
