// The column at the side: what to look at, the chosen track, spans, and the random draw.
import { useSignal } from '@preact/signals';
import * as act from './actions';
import type { Kind } from './api';
import { beginDraft, beginEdit, leaveDraft, takeDraft } from './boxes';
import { coverSpan, followHere, markSpan, merge, nextTrack, silenceSpan, trimSpan } from './keys';
import { kindName, t, type Text } from './messages';
import * as store from './store';
import { certaintyColour } from './timeline';
import { clock } from './time';
import { end, isVisible, place, start } from './tracks';

const KINDS: Kind[] = ['face', 'plate', 'person', 'text', 'screen'];

export function Button(props: { text: string; hint?: string; run: () => void; disabled?: boolean; strong?: boolean; id?: string; pressed?: boolean }) {
  return (
    <button
      type="button"
      id={props.id}
      class={props.strong ? 'strong' : ''}
      disabled={props.disabled}
      aria-pressed={props.pressed}
      onClick={props.run}
    >
      {props.text}
      {props.hint && <kbd>{props.hint}</kbd>}
    </button>
  );
}

export function QueuePanel() {
  const listed = store.queue.value;
  const done = listed.filter((one) => one.done).length;
  const about = store.files.value.find((one) => one.id === store.file.value?.id);
  return (
    <>
      <p>{t('lookedAt', { done, all: listed.length })}</p>
      <progress max={Math.max(1, listed.length)} value={done} aria-label={t('queue')} />
      <div class="buttons">
        <Button text={t('nextDoubt')} hint="N" run={() => act.doubt(1)} />
        <Button text={t('markDone')} hint="D" run={() => void (store.entry.value && act.markDone(store.entry.value, true, true))} disabled={!store.entry.value} />
      </div>
      {!listed.length && <p>{t('nothingDoubtful')}</p>}
      <ul class="queue">
        {listed.slice(0, 300).map((one) => (
          <li key={one.id} class={one.id === store.entry.value ? 'current' : ''}>
            <input
              type="checkbox"
              checked={one.done}
              aria-label={t('markDone')}
              onChange={(event) => void act.markDone(one.id, event.currentTarget.checked)}
            />
            <button type="button" onClick={() => void act.show(one.id)}>
              <span class="swatch" style={{ background: certaintyColour(one.certainty ?? 0.3, false) }} />
              <b>{one.track != null ? t('trackName', { kind: kindName(one.kind ?? 'face'), number: one.track }) : t(`why_${one.why[0]}` as Text)}</b>{' '}
              {clock(one.seconds)}
              <small>
                {one.track != null && one.why.map((why) => t(`why_${why}` as Text)).join(', ')}
                {one.why.includes('suspect') && <span lang="en"> {one.what}</span>}
                {one.why.includes('not_analysed') && t('framesLong', { n: one.what ?? '' })}
              </small>
            </button>
          </li>
        ))}
      </ul>
      <label class="line">
        <input type="checkbox" checked={about?.finished ?? false} onChange={(event) => void act.markFinished(event.currentTarget.checked)} />
        {t('fileDone')}
      </label>
    </>
  );
}

export function TrackPanel() {
  const track = store.track.value;
  return (
    <>
      <div class="buttons">
        <Button text={t('drawBox')} hint="B" run={() => beginDraft('draw')} strong />
        <Button text={t('drawRegion')} hint="Shift+B" run={() => beginDraft('region')} />
        {store.mode.value !== 'look' && <Button text={t('takeBox')} hint="Enter" run={() => void takeDraft()} />}
        {store.mode.value !== 'look' && <Button text={t('leaveBox')} hint="Esc" run={leaveDraft} />}
      </div>
      <h3>{t('tracksHere')}</h3>
      <ul class="here">
        {store.here.value.map((one) => (
          <li key={one.number}>
            <button type="button" aria-pressed={one.number === store.selected.value} onClick={() => (store.selected.value = one.number)}>
              <span class="swatch" style={{ background: certaintyColour(one.certainty, one.hand) }} />
              {t('trackName', { kind: kindName(one.kind), number: one.number })}
            </button>
          </li>
        ))}
      </ul>
      {!store.here.value.length && <p>{t('noTracksHere')}</p>}
      <Button text={t('nextTrack')} hint="T" run={nextTrack} />
      {track ? <Chosen key={track.number} /> : <p>{t('noTrack')}</p>}
    </>
  );
}

function Chosen() {
  const track = store.track.value;
  const reason = useSignal(track?.reason ?? '');
  if (!track) return null;
  const about = { video: store.video.value, track: track.number };
  const at = { ...about, frame: store.frame.value };
  const isHere = place(track, store.now.value) !== null;
  const region = track.kind === 'region';
  return (
    <section class="chosen" aria-label={t('trackPanel')}>
      <h3>{t('trackName', { kind: kindName(track.kind), number: track.number })}</h3>
      <p>
        {t('fromTo', { from: clock(store.secondsAt(start(track))), to: clock(store.secondsAt(end(track))) })} ·{' '}
        {track.hand ? t('byHand') : `${t('certainty')} ${Math.round(track.certainty * 100)} %`}
        {isVisible(track, store.now.value) && <b> · {t('keptVisible')}</b>}
      </p>
      {store.isFollowing.value && (
        <p role="status" class="following">
          {t('following', { n: store.following.value?.progress.done ?? 0 })}{' '}
          <Button text={t('stopFollowing')} hint="Esc" run={() => void act.stopFollowing()} />
        </p>
      )}
      {!region && (
        <label>
          {t('kind')}
          <select
            id="kind"
            value={track.kind}
            onChange={(event) => void act.edit({ op: 'kind', ...about, kind: event.currentTarget.value as 'face' })}
          >
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {kindName(kind)}
              </option>
            ))}
          </select>
        </label>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act.edit({ op: 'reason', ...about, reason: reason.value });
          (document.activeElement as HTMLElement | null)?.blur();
        }}
      >
        <label>
          {t('reason')}
          <input id="reason" value={reason.value} placeholder={t('reasonHint')} maxLength={500} onInput={(event) => (reason.value = event.currentTarget.value)} />
        </label>
        <button type="submit">{t('saveReason')}</button>
      </form>
      <div class="buttons">
        <Button text={t('editBox')} hint="E" run={beginEdit} disabled={!isHere} />
        {!region && <Button text={t('follow')} hint="F" run={followHere} disabled={!isHere} />}
        {!region && <Button text={t('extend')} hint="X" run={() => void act.edit({ op: 'extend', ...at })} disabled={isHere} />}
        <Button text={t('startsHere')} hint="Shift+I" run={() => void act.edit({ op: 'end', side: 'starts', ...at })} disabled={!isHere} />
        <Button text={t('endsHere')} hint="Shift+O" run={() => void act.edit({ op: 'end', side: 'ends', ...at })} disabled={!isHere} />
        <Button text={t('split')} hint="S" run={() => void act.edit({ op: 'split', ...at })} disabled={!isHere} />
        <Button
          text={store.mergeFrom.value !== null && store.mergeFrom.value !== track.number ? t('mergeNow', { number: store.mergeFrom.value }) : t('merge')}
          hint="J"
          run={merge}
        />
        {!region && <Button text={t('keep')} hint="K" run={() => void act.edit({ op: 'keep', confirmed: false, ...at })} disabled={!isHere} />}
        {!region && <Button text={t('keepBeyond')} hint="Shift+K" run={() => void act.edit({ op: 'keep', confirmed: true, ...at })} disabled={!isHere} />}
        {isVisible(track, store.now.value) && <Button text={t('hideAgain')} hint="H" run={() => void act.edit({ op: 'hide', ...at })} />}
        {(track.kind === 'face' || track.kind === 'plate') && <Button text={t('saveCase')} hint="Y" run={() => void act.saveCase()} />}
        <Button text={t('remove')} hint="Del" run={() => void act.edit({ op: 'delete', ...about })} />
      </div>
    </section>
  );
}

export function SpansPanel() {
  const { from, to } = store.spanMarks.value;
  const at = (frame: number | null) => (frame === null ? '…' : clock(store.secondsAt(store.times.value[frame] ?? 0)));
  const history = store.file.value?.history;
  const sound = history?.sound ?? [];
  const trim = history?.trim ?? [];
  const whole = from !== null && to !== null;
  return (
    <>
      <div class="buttons">
        <Button text={t('spanStart')} hint="[" run={() => markSpan('from')} />
        <Button text={t('spanEnd')} hint="]" run={() => markSpan('to')} />
      </div>
      <p>{from === null && to === null ? t('spanNone') : t('span', { from: at(from), to: at(to) })}</p>
      <div class="buttons">
        <Button text={t('coverSpan')} hint="W" run={coverSpan} disabled={!whole} />
        <Button text={t('muteSpan')} hint="M" run={() => silenceSpan('mute')} disabled={!whole || !store.file.value?.has_sound} />
        <Button text={t('bleepSpan')} hint="Shift+M" run={() => silenceSpan('bleep')} disabled={!whole || !store.file.value?.has_sound} />
        <Button text={t('trimSpan')} hint="Shift+X" run={trimSpan} disabled={!whole} />
      </div>
      {!store.file.value?.has_sound && <p>{t('noSound')}</p>}
      {store.file.value?.has_sound && store.file.value.audio === 'remove' && <p>{t('soundRemoved')}</p>}
      <ul class="spans">
        {sound.map((one, n) => (
          <li key={`s${n}`}>
            {t('span', { from: clock(one.start), to: clock(one.end) })} {one.action === 'bleep' ? t('bleeped') : t('muted')}{' '}
            <Button text={t('takeOut')} run={() => void act.edit({ op: 'sound', spans: sound.filter((_, other) => other !== n) })} />
          </li>
        ))}
        {trim.map((one, n) => (
          <li key={`t${n}`}>
            {t('span', { from: clock(one.start), to: clock(one.end) })} {t('leftOut')}{' '}
            <Button text={t('takeOut')} run={() => void act.edit({ op: 'trim', spans: trim.filter((_, other) => other !== n) })} />
          </li>
        ))}
      </ul>
    </>
  );
}
