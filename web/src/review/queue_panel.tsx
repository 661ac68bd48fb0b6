// What a person should check, the most urgent first.
import * as actions from './actions';
import type { QueueEntry } from './api';
import { Button } from './button';
import { kindName, t } from './messages';
import * as store from './store';
import { StreamRate } from './stream_rate';
import { formatTimecode } from './timecode';
import { confidenceColour } from './track_label';

/** More would make the page slow; the most urgent come first. */
const MAX_LISTED = 300;
/** The colour of an entry without a score of its own. */
const UNSURE = 0.3;

export function QueuePanel() {
  const entries = store.queue.value;
  const done = entries.filter((entry) => entry.reviewed).length;
  const file = store.files.value.find(({ id }) => id === store.file.value?.id);
  return (
    <>
      <StreamRate />
      {entries.length ? (
        <>
          <p>{t('queueProgress', { done, all: entries.length })}</p>
          <progress max={entries.length} value={done} aria-label={t('queue')} />
        </>
      ) : (
        <p>{t('queueEmpty')}</p>
      )}
      <div class="buttons">
        <Button text={t('nextItem')} hint="N" run={() => actions.stepQueue(1)} />
        <Button
          text={t('markReviewed')}
          hint="D"
          run={() => void (store.queueItem.value && actions.markReviewed(store.queueItem.value, true, true))}
          disabled={!store.queueItem.value}
        />
      </div>
      <ul class="queue">
        {entries.slice(0, MAX_LISTED).map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ul>
      <label class="line">
        <input
          type="checkbox"
          checked={file?.finished ?? false}
          onChange={(event) => void actions.markFileReviewed(event.currentTarget.checked)}
        />
        {t('fileReviewed')}
      </label>
    </>
  );
}

function Entry({ entry }: { entry: QueueEntry }) {
  const reasons = entry.reasons.map((reason) => t(`reason_${reason}`));
  return (
    <li class={entry.id === store.queueItem.value ? 'current' : ''}>
      <input
        type="checkbox"
        checked={entry.reviewed}
        aria-label={t('markReviewedBox')}
        onChange={(event) => void actions.markReviewed(entry.id, event.currentTarget.checked)}
      />
      <button type="button" onClick={() => void actions.openQueueItem(entry.id)}>
        <span class="swatch" style={{ background: confidenceColour(entry.confidence ?? UNSURE, false) }} />
        <b>
          {entry.track != null
            ? t('trackName', { kind: kindName(entry.kind ?? 'face'), number: entry.track })
            : reasons[0]}
        </b>{' '}
        {!store.isStill.value && formatTimecode(entry.seconds)}
        <small>
          {entry.track != null && reasons.join(', ')}
          {entry.reasons.includes('finding') && <span lang="en"> {entry.detail}</span>}
          {entry.reasons.includes('not_analysed') && t('framesLong', { n: entry.detail ?? '' })}
        </small>
      </button>
    </li>
  );
}
