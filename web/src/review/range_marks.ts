// The marked time range, in frames.
export interface RangeMarks {
  from: number | null;
  to: number | null;
}

/**
 * With one end at `frame`. An end before the start swaps them: the range is what lies between both. Once both are set, a
 * start after the end (an end before the start) begins another range: that of before must not become part of it.
 */
export function withMark(marks: RangeMarks, side: 'from' | 'to', frame: number): RangeMarks {
  const next: RangeMarks = { ...marks, [side]: frame };
  const { from, to } = next;
  if (marks.from !== null && marks.to !== null && from !== null && to !== null && to < from)
    return side === 'from' ? { from: frame, to: null } : { from: null, to: frame };
  return from !== null && to !== null && to < from ? { from: to, to: from } : { from, to };
}

export interface Seconds {
  start: number;
  end: number;
}

export const isSameTime = (one: Seconds, other: Seconds) => one.start === other.start && one.end === other.end;

/** The end of the ranges that a time lies in, where they follow each other the last one's; null outside of them. */
export function endOfCut(ranges: readonly Seconds[], seconds: number): number | null {
  let at = seconds;
  for (const { start, end } of [...ranges].sort((one, other) => one.start - other.start))
    if (start <= at && at < end) at = end;
  return at === seconds ? null : at;
}

/** Which range a person means at a time: the last one that it lies in, or the one with the nearest edge; null of none. */
export function rangeAt(ranges: readonly Seconds[], seconds: number): number | null {
  let [best, distance] = [null as number | null, Number.POSITIVE_INFINITY];
  ranges.forEach(({ start, end }, index) => {
    const away = Math.max(start - seconds, seconds - end, 0);
    if (away <= distance) [best, distance] = [index, away];
  });
  return best;
}
