// A row of masked thumbnails above the timeline: one for each scene, or for each part of the file where scenes are long.
import { useSignal } from '@preact/signals';
import { seekTo } from './actions';
import { frameUrl } from './api';
import { t } from './messages';
import * as store from './store';
import { formatTimecode, frameAt } from './timecode';
import { LABEL_PX } from './timeline_drawing';

const HEIGHT_PX = 44;
const MIN_WIDTH_PX = 30;
const MAX_THUMBNAILS = 24;
const REQUESTED_PX = 160;

/** They are fetched one after the other: each is a seek in the file, and the large picture must not wait for a row. */
export function Thumbnails({ width }: { width: number }) {
  const file = store.file.value;
  const info = store.info.value;
  const fetched = useSignal<ReadonlySet<string>>(new Set());
  if (!file || !info) return null;
  const each = Math.max(MIN_WIDTH_PX, Math.round((HEIGHT_PX * info.width) / info.height));
  const count = Math.min(MAX_THUMBNAILS, Math.max(1, Math.floor((width - LABEL_PX) / each)));
  const cuts = (info.cuts ?? []).map((ticks) => frameAt(store.frameTimes.value, ticks as number));
  const frames = thumbnailFrames(count, store.timelineRange.value, store.lastFrame.value, cuts);
  const url = (frame: number) => frameUrl('masked', file.id, store.video.value, frame, REQUESTED_PX, 0, true);
  const markFetched = (frame: number) => {
    fetched.value = new Set([...fetched.value, url(frame)]);
  };
  const next = frames.findIndex((frame) => !fetched.value.has(url(frame)));
  return (
    <div class="thumbnails">
      {frames.map((frame, index) => (
        <button
          key={index}
          type="button"
          tabIndex={-1}
          aria-label={`${t('goTo')} ${formatTimecode(store.secondsOfFrame(frame))}`}
          onClick={() => seekTo(frame)}
        >
          {(index === next || fetched.value.has(url(frame))) && (
            <img
              src={url(frame)}
              alt=""
              fetchpriority="low"
              width={each}
              height={HEIGHT_PX}
              onLoad={() => markFetched(frame)}
              onError={() => markFetched(frame)}
            />
          )}
        </button>
      ))}
    </div>
  );
}

/** The first scene that begins in each of `count` equal parts of the range, or the part's first frame. */
function thumbnailFrames(
  count: number,
  { from, to }: { from: number; to: number },
  lastFrame: number,
  cuts: number[],
): number[] {
  return Array.from({ length: count }, (_, n) => {
    const first = Math.floor((from + ((to - from) * n) / count) * lastFrame);
    const next = Math.floor((from + ((to - from) * (n + 1)) / count) * lastFrame);
    return cuts.find((cut) => cut >= first && cut < next) ?? first;
  });
}
