// What each colour means.
import { type Text, t } from './messages';
import { COLOURS } from './track_label';

const ENTRIES: [keyof typeof COLOURS, Text][] = [
  ['sure', 'legendSure'],
  ['unsure', 'legendUnsure'],
  ['manual', 'drawnByHand'],
  ['visible', 'legendVisible'],
  ['region', 'legendRange'],
];

export function Legend() {
  return (
    <p class="legend" role="note" aria-label={t('legend')}>
      {ENTRIES.map(([colour, text]) => (
        <span key={colour}>
          <span class="swatch" style={{ background: COLOURS[colour] }} />
          {t(text)}
        </span>
      ))}
      <span>
        <span class="triangle" />
        {t('queue')}
      </span>
      <span>
        <span class="triangle finding" />
        {t('reason_finding')}
      </span>
    </p>
  );
}
