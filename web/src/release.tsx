// Export with its verdict, and the random draw that a person judges.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import * as act from './actions';
import { sentence } from './api';
import { t, type Text } from './messages';
import { Button } from './panels';
import * as store from './store';
import { clock } from './time';

type Audio = 'remove' | 'keep' | 'disguise';

export function ExportPanel() {
  const audio = useSignal<Audio | ''>('');
  const told = store.release.value;
  const progress = told?.progress;
  const verdict = told?.verdict;
  const running = store.running.value;
  return (
    <>
      <p>{t('exportTo', { name: told?.output ?? '' })}</p>
      <label>
        {t('sound')}
        <select value={audio.value} onChange={(event) => (audio.value = event.currentTarget.value as Audio | '')}>
          <option value="">{t('sound_default', { audio: t(`sound_${store.file.value?.audio ?? 'remove'}` as Text) })}</option>
          <option value="remove">{t('sound_remove')}</option>
          <option value="keep">{t('sound_keep')}</option>
          <option value="disguise">{t('sound_disguise')}</option>
        </select>
      </label>
      <div class="buttons">
        <Button id="export-now" text={t('exportNow')} strong disabled={running} run={() => void act.startRelease(audio.value || null)} />
        {running && <Button text={t('stop')} run={() => void act.stopRelease()} />}
      </div>
      {running && (
        <p role="status">
          {progress?.stage ? t(`stage_${progress.stage}` as Text) : t('loading')} {progress?.done ?? 0}
          {progress?.total ? ` / ${progress.total}` : ''}
          <progress max={progress?.total ?? 1} value={progress?.total ? progress.done : undefined} aria-label={t('exportPanel')} />
        </p>
      )}
      {progress?.state === 'failed' && (
        <p class="bad" role="alert">
          {progress.error && sentence(progress.error)} <span lang="en">{progress.error?.words}</span>
        </p>
      )}
      {progress?.state === 'stopped' && <p>{t('stopped')}</p>}
      {verdict && !running && (
        <section class={`verdict ${verdict.clean ? 'good' : 'bad'}`} aria-label={t('verdict')} data-clean={String(verdict.clean)}>
          <h3>{verdict.clean ? t('verdictClean') : t('verdictNot')}</h3>
          {told?.stale && <p class="note">{t('stale')}</p>}
          <p>{verdict.verdict ? `${t('independent')} (${t(`verdict_${verdict.verdict}`)})` : t('quickOnly')}</p>
          {verdict.page && (
            <p>
              <a href={`/api/files/${store.file.value?.id ?? 0}/release/report`} target="_blank" rel="noreferrer">
                {t('openReport')}
              </a>
            </p>
          )}
          {verdict.findings.length > 0 && <h4>{t('findings')}</h4>}
          <ul class="findings">
            {verdict.findings.slice(0, 100).map((one, n) => (
              <li key={n}>
                <button type="button" onClick={() => act.goTo(store.frameAtSeconds(one.time))}>
                  {clock(one.time)}
                </button>{' '}
                {one.check && `${t(`check_${one.check}`)}: `}
                <span lang="en">{one.what}</span>
              </li>
            ))}
          </ul>
          {(verdict.checks ?? []).length > 0 && (
            <details>
              <summary>{t('remarks')}</summary>
              <ul>
                {(verdict.checks ?? []).map((line, n) => (
                  <li key={n}>
                    {line.check && `${t(`check_${line.check}`)}: `}
                    {line.outcome && `${t(`outcome_${line.outcome}`)}. `}
                    <span lang="en">{line.words}</span>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </section>
      )}
    </>
  );
}

/** A bound is never rounded down. */
const atMost = (percent: number): string => (Math.ceil(percent * 10) / 10).toFixed(1);

/** The frame that is judged, as large as the picture is otherwise: what has to be seen may be small. */
export function DrawnPicture() {
  const one = store.drawn.value;
  if (!one || store.running.value) return null;
  const name = t('drawAt', { n: store.drawAt.value + 1, all: store.draw.value?.frames.length ?? 0, time: clock(one.time) });
  return <img class="drawn" alt={name} src={`/api/files/${store.file.value?.id ?? 0}/draw/${one.number}`} />;
}

export function DrawPanel() {
  const draw = store.draw.value;
  const at = store.drawAt;
  const frames = draw?.frames ?? [];
  const one = store.drawn.value;
  const left = frames.filter((frame) => frame.shows === null).length;
  const judge = async (shows: boolean) => {
    if (!one) return;
    // On to the next one at once: the key of somebody who is faster than the answer is for that one.
    const next = frames.findIndex((frame, n) => n > at.value && frame.shows === null);
    at.value = next >= 0 ? next : Math.min(frames.length - 1, at.value + 1);
    await act.judge(one.number, shows);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.target as HTMLElement).matches('input:not([type=checkbox]), select, textarea') || event.ctrlKey || event.altKey) return;
      if (event.key === 'a' || event.key === 'l') {
        event.preventDefault();
        void judge(event.key === 'l');
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
  return (
    <>
      <p>{t('drawWhat')}</p>
      <div class="buttons">
        <Button text={t('drawFrames')} disabled={store.running.value} run={() => void act.startDraw()} strong={!frames.length} />
      </div>
      {draw?.stale && frames.length > 0 && <p class="note">{t('drawStale')}</p>}
      {one && (
        <>
          <p>{t('drawAt', { n: at.value + 1, all: frames.length, time: clock(one.time) })}</p>
          <div class="buttons">
            <Button text={t('drawClean')} hint="A" pressed={one.shows === false} run={() => void judge(false)} />
            <Button text={t('drawShows')} hint="L" pressed={one.shows === true} run={() => void judge(true)} />
          </div>
          <p role="status">{draw?.percent != null ? t('drawBound', { percent: atMost(draw.percent) }) : t('drawLeft', { n: left })}</p>
        </>
      )}
    </>
  );
}
