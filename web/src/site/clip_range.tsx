// The range of a clip: marked on a timeline, and where it leads.
import type { Signal } from '@preact/signals';
import { formatDateTime } from './datetime';
import { t } from './messages';
import { navigate } from './route';
import { can } from './session';
import type { TimeRange } from './time_range';

/** Seconds that a clip has at least. */
const MIN_CLIP_S = 1;

interface ClipRangeProps {
  time: number;
  selection: Signal<TimeRange | null>;
  /** Names of the cameras that have recorded in a range. */
  cameras: (range: TimeRange) => string[];
  button: string;
}

/** Marks the start and the end of a clip, and leads to the request of one of each camera. */
export function ClipRange({ time, selection, cameras, button }: ClipRangeProps) {
  const range = selection.value;
  const mark = (side: 'from' | 'to') => {
    const next = { ...(range ?? { from: time, to: time }), [side]: time };
    selection.value = next.from <= next.to ? next : { from: time, to: time };
  };
  const chosen = range !== null && range.to - range.from >= MIN_CLIP_S;
  const named = range ? cameras(range) : [];
  const requestClip = () => {
    if (range)
      navigate('exports', '', { camera: named.join(','), from: range.from.toFixed(1), to: range.to.toFixed(1) });
  };
  return (
    <div class="buttons">
      <button type="button" onClick={() => mark('from')}>
        {t('clipFrom')}
      </button>
      <button type="button" onClick={() => mark('to')}>
        {t('clipTo')}
      </button>
      {range && <span>{`${formatDateTime(range.from)} – ${formatDateTime(range.to)}`}</span>}
      {can('manage_events') && (
        <button
          type="button"
          class="strong"
          disabled={!chosen || !named.length}
          title={chosen ? undefined : t('chooseClipFirst')}
          onClick={requestClip}
        >
          {button}
        </button>
      )}
      {can('manage_events') && !chosen && <span class="quiet small">{t('chooseClipFirst')}</span>}
    </div>
  );
}
