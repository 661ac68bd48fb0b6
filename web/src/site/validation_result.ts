// How far a count is off, in words.
import type { Validation } from './api';
import { formatDate } from './datetime';
import { t } from './messages';

type Bias = { bias: number; low: number; high: number };

const percent = (share: number, signed: boolean): string => {
  const rounded = (Math.abs(share) * 100).toFixed(Math.abs(share) < 0.0995 ? 1 : 0);
  return signed && Number(rounded) ? `${share < 0 ? '−' : '+'}${rounded}` : rounded;
};

export function biasText({ bias, low, high }: Bias): string {
  const interval = { low: percent(low, true), high: percent(high, true) };
  const key = bias < 0 ? 'validationTooFew' : 'validationTooMany';
  return t(key, { n: percent(bias, false), ...interval });
}

/** Counts 4.0 % too few (95 %: −7.0 to −1.0 %); from 30 minutes on 2026-11-29. */
export function resultText({ result, kind }: Validation): string {
  if (!result) return '';
  const sample = t('validationSample', { n: result.counted, date: formatDate(result.finished) });
  if (!result.both) return `${t('validationTooLittle')} ${sample}`;
  const directions = (['forward', 'backward'] as const)
    .flatMap((direction) => {
      const found = result[direction];
      return found ? [`${t(kind === 'line' ? direction : `validation_${direction}`)}: ${biasText(found)}`] : [];
    })
    .join('; ');
  return `${biasText(result.both)}; ${sample}${directions ? ` (${directions})` : ''}`;
}
