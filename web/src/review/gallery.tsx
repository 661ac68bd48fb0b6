// All items of a file side by side, to decide on several at once.
import { useSignal } from '@preact/signals';
import type { TrackResponse } from './api';
import { Button } from './button';
import { reasons } from './cases/case_store';
import { offeredReasons } from './cases/reason_choice';
import { KINDS } from './draft_box';
import { GalleryPicture } from './gallery_picture';
import { galleryOrder, shownState, toggleKind } from './gallery_rows';
import { editMany, everybodyBut, selectedNumbers, toggleGallery, toggleItem } from './gallery_store';
import { kindName, t } from './messages';
import * as store from './store';
import { formatTimecode } from './timecode';
import { endTicks, startTicks } from './track_interpolation';
import { trackLabel } from './track_label';

/** More cards would make the page slow. */
const MAX_CARDS = 400;

export function Gallery() {
  const tracks = galleryOrder(store.tracks.value.values());
  const kinds = [...new Set(tracks.map((track) => track.kind))];
  return (
    <section class="gallery" aria-label={t('gallery')}>
      <div class="buttons">
        <Button text={t('closeGallery')} hint="Shift+G" run={toggleGallery} />
        {kinds.map((kind) => (
          <Button
            key={kind}
            text={t('selectAll', { kind: kindName(kind), n: tracks.filter((track) => track.kind === kind).length })}
            run={() => {
              selectedNumbers.value = toggleKind(selectedNumbers.value, tracks, kind);
            }}
          />
        ))}
        <span role="status" class="quiet">
          {t('nSelected', { n: selectedNumbers.value.size })}
        </span>
      </div>
      <ManyCommands />
      {tracks.length ? (
        <ul class="cards">
          {tracks.slice(0, MAX_CARDS).map((track) => (
            <Card key={track.number} track={track} />
          ))}
        </ul>
      ) : (
        <p>{t('galleryEmpty')}</p>
      )}
      {tracks.length > MAX_CARDS && <p>{t('galleryMore', { n: tracks.length - MAX_CARDS })}</p>}
    </section>
  );
}

function ManyCommands() {
  const reason = useSignal('');
  const none = !selectedNumbers.value.size;
  return (
    <div class="buttons many">
      <Button text={t('showMany')} run={() => void editMany('show')} disabled={none} />
      <Button text={t('hideMany')} run={() => void editMany('hide')} disabled={none} />
      <Button text={t('everybodyBut')} run={() => void everybodyBut()} disabled={selectedNumbers.value.size !== 1} />
      <Button text={t('removeMany')} run={() => void editMany('remove')} disabled={none} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void editMany('reason', { reason: reason.value });
        }}
      >
        <input
          aria-label={t('reasonMany')}
          placeholder={t('reasonMany')}
          value={reason.value}
          maxLength={500}
          list="gallery-reasons"
          onInput={(event) => {
            reason.value = event.currentTarget.value;
          }}
        />
        <datalist id="gallery-reasons">
          {offeredReasons(reasons.value).map(({ code, description }) => (
            <option key={code} value={code}>
              {description}
            </option>
          ))}
        </datalist>
        <button type="submit" disabled={none}>
          {t('setReason')}
        </button>
      </form>
      <select
        aria-label={t('kindMany')}
        value=""
        disabled={none}
        onChange={(event) => {
          const kind = event.currentTarget.value as (typeof KINDS)[number];
          event.currentTarget.value = '';
          if (kind) void editMany('kind', { kind });
        }}
      >
        <option value="">{t('kindMany')}</option>
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {kindName(kind)}
          </option>
        ))}
      </select>
    </div>
  );
}

function Card({ track }: { track: TrackResponse }) {
  const chosen = selectedNumbers.value.has(track.number);
  const shown = shownState(track);
  const from = formatTimecode(store.secondsAt(startTicks(track)));
  const to = formatTimecode(store.secondsAt(endTicks(track)));
  return (
    <li>
      <button type="button" class={`item-card ${shown}`} aria-pressed={chosen} onClick={() => toggleItem(track.number)}>
        <GalleryPicture track={track} />
        <b>{trackLabel(track)}</b>
        {!store.isStill.value && <small>{t('fromTo', { from, to })}</small>}
        <small>
          {t(`shown_${shown}`)}
          {track.reason && ` · ${track.reason}`}
        </small>
      </button>
    </li>
  );
}
