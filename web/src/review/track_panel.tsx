// The tracks of the current frame, and what can be done with the selected one. The page calls a track an item.
import * as actions from './actions';
import { edit } from './actions';
import type { TrackResponse } from './api';
import { Button } from './button';
import { followFromHere, mergeTracks, selection, selectNextTrack } from './commands';
import { cancelDraft, commitDraft, KINDS, startDraft, startEdit } from './draft_box';
import { kindName, t } from './messages';
import { ReasonField } from './reason_field';
import * as store from './store';
import { formatTimecode } from './timecode';
import { endTicks, interpolate, isVisibleAt, startTicks } from './track_interpolation';
import { confidenceColour, confidenceText, trackLabel } from './track_label';
import { VisibleRanges } from './visible_ranges';

export function TrackPanel() {
  const tracks = store.tracksInFrame.value;
  const selected = store.selectedTrack.value;
  return (
    <>
      <div class="buttons">
        <Button text={t('drawBox')} hint="B" run={() => startDraft('draw')} strong />
        <Button text={t('drawRegion')} hint="Shift+B" run={() => startDraft('region')} />
        {store.mode.value !== 'view' && (
          <>
            <Button text={t('confirmBox')} hint="Enter" run={() => void commitDraft()} />
            <Button text={t('cancelBox')} hint="Esc" run={cancelDraft} />
          </>
        )}
      </div>
      <h3>{t('tracksInFrame')}</h3>
      {/* In a crowd the list is long: what was chosen must not be below it, out of sight. */}
      <ul class={selected ? 'track-list short' : 'track-list'}>
        {tracks.map((track) => (
          <li key={track.number}>
            <button
              type="button"
              aria-pressed={track.number === store.selectedNumber.value}
              onClick={() => {
                store.selectedNumber.value = track.number;
              }}
            >
              <span class="swatch" style={{ background: confidenceColour(track.confidence, track.manual) }} />
              {trackLabel(track)}
            </button>
          </li>
        ))}
      </ul>
      {tracks.length ? <Button text={t('nextTrack')} hint="T" run={selectNextTrack} /> : <p>{t('noTracksInFrame')}</p>}
      {selected ? <SelectedTrack key={selected.number} track={selected} /> : <p>{t('noSelection')}</p>}
    </>
  );
}

function SelectedTrack({ track }: { track: TrackResponse }) {
  const isVisible = isVisibleAt(track, store.currentTicks.value);
  const origin = track.manual ? t('drawnByHand') : confidenceText(track.confidence);
  const from = formatTimecode(store.secondsAt(startTicks(track)));
  const to = formatTimecode(store.secondsAt(endTicks(track)));
  return (
    <section class="selected" aria-label={t('trackPanel')}>
      <h3>{trackLabel(track)}</h3>
      <p>
        {t('fromTo', { from, to })} · {origin}
        {isVisible && <b> · {t('visibleHere')}</b>}
      </p>
      {store.isFollowing.value && (
        <p role="status" class="following">
          {t('following', { n: store.following.value?.progress.done ?? 0 })}{' '}
          <Button text={t('stopFollowing')} hint="Esc" run={() => void actions.stopFollowing()} />
        </p>
      )}
      {track.kind !== 'region' && <KindSelect track={track} />}
      <VisibleRanges track={track} />
      <ReasonField track={track} />
      <TrackCommands track={track} isVisible={isVisible} />
    </section>
  );
}

function KindSelect({ track }: { track: TrackResponse }) {
  const change = (kind: (typeof KINDS)[number]) => {
    const { video } = selection();
    void edit({ op: 'set_kind', video, track: track.number, kind });
  };
  return (
    <label>
      {t('kind')}
      <select
        id="kind"
        value={track.kind}
        onChange={(event) => change(event.currentTarget.value as (typeof KINDS)[number])}
      >
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {kindName(kind)}
          </option>
        ))}
      </select>
    </label>
  );
}

function TrackCommands({ track, isVisible }: { track: TrackResponse; isVisible: boolean }) {
  const absent = interpolate(track, store.currentTicks.value) === null;
  const region = track.kind === 'region';
  const { video } = selection();
  const other = store.mergeSource.value;
  const mergeText = other !== null && other !== track.number ? t('mergeNow', { number: other }) : t('merge');
  return (
    <>
      <div class="buttons">
        <Button
          text={t('removeTrack')}
          hint="Del"
          run={() => void edit({ op: 'delete', video, track: track.number })}
        />
        <Button text={t('editBox')} hint="E" run={startEdit} disabled={absent} />
        {!region && (
          <>
            <Button text={t('follow')} hint="F" run={followFromHere} disabled={absent} />
            <Button
              text={t('extend')}
              hint="X"
              run={() => void edit({ op: 'extend', ...selection() })}
              disabled={!absent}
            />
            <Button
              text={t('keepVisible')}
              hint="K"
              run={() => void edit({ op: 'keep_visible', confirmed: false, ...selection() })}
              disabled={absent}
            />
            <Button
              text={t('keepVisibleFurther')}
              hint="Shift+K"
              run={() => void edit({ op: 'keep_visible', confirmed: true, ...selection() })}
              disabled={absent}
            />
          </>
        )}
        {isVisible && (
          <Button text={t('hideAgain')} hint="H" run={() => void edit({ op: 'hide_again', ...selection() })} />
        )}
      </div>
      <details>
        <summary>{t('more')}</summary>
        <div class="buttons">
          <Button
            text={t('startsHere')}
            hint="Shift+I"
            run={() => void edit({ op: 'set_end', side: 'start', ...selection() })}
            disabled={absent}
          />
          <Button
            text={t('endsHere')}
            hint="Shift+O"
            run={() => void edit({ op: 'set_end', side: 'end', ...selection() })}
            disabled={absent}
          />
          <Button text={t('split')} hint="S" run={() => void edit({ op: 'split', ...selection() })} disabled={absent} />
          <Button text={mergeText} hint="J" run={mergeTracks} />
          {(track.kind === 'face' || track.kind === 'plate') && (
            <Button text={t('saveCase')} hint="Y" run={() => void actions.saveCase()} />
          )}
        </div>
      </details>
    </>
  );
}
