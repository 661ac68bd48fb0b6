// Which reasons are offered for an item: those used last first, then the office's list.
import type { ReasonList, ReleaseReason } from '../api';

export interface OfferedReason {
  code: string;
  /** The law and the explanation, as far as the list has them. */
  description: string;
}

const describe = (reason: ReleaseReason | undefined): string =>
  [reason?.statute, reason?.text].filter(Boolean).join(': ');

/** All codes of the list, and codes that were used and are in no list. */
export function offeredReasons({ reasons = [], recent = [] }: ReasonList): OfferedReason[] {
  const codes = [...new Set([...recent, ...reasons.map((reason) => reason.code)])];
  return codes.map((code) => ({ code, description: describe(reasons.find((reason) => reason.code === code)) }));
}

/** The code that goes into the exemption log for items of a kind without a reason of their own. */
export const defaultReason = ({ reasons = [] }: ReasonList, kind: string): string | null =>
  reasons.find((reason) => (reason.default_for as string[] | undefined)?.includes(kind))?.code ?? null;
