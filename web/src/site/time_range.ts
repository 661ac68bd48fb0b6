// The part of a recording that a timeline shows.

/** Unix seconds. */
export interface TimeRange {
  from: number;
  to: number;
}

export const MIN_VIEW_S = 10;
export const MAX_VIEW_S = 366 * 86400;

/** Zoomed by `factor` (in below 1), so that `around` stays where it is when it is in view; otherwise the middle does. */
export function zoomRange(view: TimeRange, factor: number, around: number): TimeRange {
  const length = Math.min(MAX_VIEW_S, Math.max(MIN_VIEW_S, (view.to - view.from) * factor));
  const inView = around >= view.from && around <= view.to;
  const fixed = inView ? around : (view.from + view.to) / 2;
  const from = fixed - (length * (fixed - view.from)) / (view.to - view.from);
  return { from, to: from + length };
}

export const centredRange = (time: number, length: number): TimeRange => ({
  from: time - length / 2,
  to: time + length / 2,
});

/** `view` widened to round numbers and by its length on both sides: a short drag then needs no other data. */
export function dataRange(view: TimeRange): TimeRange {
  const grid = 2 ** Math.ceil(Math.log2(view.to - view.from));
  return {
    from: Math.max(0, (Math.floor(view.from / grid) - 1) * grid),
    to: (Math.ceil(view.to / grid) + 1) * grid,
  };
}
