import type { CaseDetails } from '../api';

/** What stands in the fields when `theirs` arrives: what was typed here stays, in all other fields theirs is shown. */
export function withTheirs(typed: CaseDetails, seen: CaseDetails, theirs: CaseDetails): CaseDetails {
  const mine = Object.entries(typed).filter(([name, text]) => text !== seen[name as keyof CaseDetails]);
  return { ...theirs, ...Object.fromEntries(mine) };
}
