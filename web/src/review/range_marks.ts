// The marked time range, in frames.
export interface RangeMarks {
  from: number | null;
  to: number | null;
}

/** With one end at `frame`. An end before the start swaps them: the range is what lies between both. */
export function withMark(marks: RangeMarks, side: 'from' | 'to', frame: number): RangeMarks {
  const next: RangeMarks = { ...marks, [side]: frame };
  const { from, to } = next;
  return from !== null && to !== null && to < from ? { from: to, to: from } : { from, to };
}
