// Where an item is kept visible, and why that ends there: the program follows places and times, and knows no faces.
import { seekTo } from './actions';
import type { TrackResponse } from './api';
import { Button } from './button';
import { t } from './messages';
import * as store from './store';
import { formatTimecode, frameAt } from './timecode';
import { endTicks, startTicks } from './track_interpolation';

export function VisibleRanges({ track }: { track: TrackResponse }) {
  if (!track.visible.length) return null;
  const time = (ticks: number) => formatTimecode(store.secondsAt(Math.max(store.frameTimes.value[0] ?? 0, ticks)));
  const go = (ticks: number) => seekTo(frameAt(store.frameTimes.value, ticks));
  return (
    <ul class="ranges" aria-label={t('visibleRanges')}>
      {track.visible.map(([start, end]) => {
        const [from, to] = [start as number, end as number];
        return (
          <li key={from}>
            {t('visibleFromTo', { from: time(from), to: time(to) })} <Button text={t('goToEnd')} run={() => go(to)} />
            <small>
              {from > startTicks(track) && `${t('visibleBeginsAtCrossing')} `}
              {t(to < endTicks(track) ? 'visibleEndsAtCrossing' : 'visibleEndsWithTrack')}
            </small>
          </li>
        );
      })}
    </ul>
  );
}
