// The spot check: a person judges frames picked at random from the release copy, with two keys.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Button } from './button';
import { judgeFrame, MIN_SHOWN_MS, shownFrame, startSpotCheck } from './export_actions';
import { t } from './messages';
import * as store from './store';
import { formatTimecode } from './timecode';

export const JUDGE_KEYS = { clean: 'a', problem: 'l' };

const frames = () => store.spotCheck.value?.frames ?? [];

function positionText(): string {
  const time = formatTimecode(store.spotCheckFrame.value?.time ?? 0);
  return t('spotCheckPosition', { n: store.spotCheckIndex.value + 1, all: frames().length, time });
}

/** A bound is never rounded down. */
const roundUp = (percent: number): string => (Math.ceil(percent * 10) / 10).toFixed(1);

function resultText(): string {
  const percent = store.spotCheck.value?.max_leak_percent;
  const all = frames().length;
  if (percent == null) return t('spotCheckLeft', { n: frames().filter(({ leak }) => leak === null).length });
  const problems = frames().filter(({ leak }) => leak).length;
  return t(problems ? 'spotCheckProblems' : 'spotCheckClean', { all, n: problems, percent: roundUp(percent) });
}

/** Judges the frame that is shown, and shows the next one; before it was shown for a moment, nothing happens. */
function judge(leak: boolean): void {
  const current = store.spotCheckFrame.value;
  if (!current || shownFrame.value !== current.number) return;
  const index = store.spotCheckIndex.value;
  const next = frames().findIndex((frame, n) => n > index && frame.leak === null);
  store.spotCheckIndex.value = next >= 0 ? next : Math.min(frames().length - 1, index + 1);
  void judgeFrame(current.number, leak);
}

function onKeyDown(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (target.matches('input:not([type=checkbox]), select, textarea') || event.ctrlKey || event.altKey) return;
  if (event.key !== JUDGE_KEYS.clean && event.key !== JUDGE_KEYS.problem) return;
  event.preventDefault();
  if (!event.repeat) judge(event.key === JUDGE_KEYS.problem);
}

/** The frame that is judged, as large as the picture otherwise is: what has to be seen may be small. */
export function SpotCheckFrame() {
  const frame = store.spotCheckFrame.value;
  if (!frame || store.exportRunning.value) return null;
  return <ShownFrame key={frame.number} number={frame.number} leak={frame.leak} />;
}

function ShownFrame({ number, leak }: { number: number; leak: boolean | null }) {
  const shows = useSignal(0);
  useEffect(() => {
    shownFrame.value = null;
    shows.value = Date.now(); // asked for anew each time it is shown: the server counts from there
  }, [number]);
  const loaded = () => window.setTimeout(() => markShown(number), MIN_SHOWN_MS);
  return (
    <figure class="spot-check">
      <figcaption>
        <b>{t('spotCheckQuestion')}</b> <span>{positionText()}</span>
        {leak !== null && <span> · {t(leak ? 'judgeProblem' : 'judgeClean')}</span>}
      </figcaption>
      {shows.value > 0 && (
        <img
          class="spot-check"
          alt={positionText()}
          src={`/api/files/${store.fileId.value}/sample/${number}?shown=${shows.value}`}
          onLoad={loaded}
        />
      )}
    </figure>
  );
}

function markShown(number: number): void {
  if (store.spotCheckFrame.value?.number === number) shownFrame.value = number;
}

export function SpotCheckPanel() {
  const frame = store.spotCheckFrame.value;
  const waiting = shownFrame.value !== frame?.number;
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <>
      <p>{t('spotCheckIntro')}</p>
      <div class="buttons">
        <Button
          text={t('startSpotCheck')}
          disabled={store.exportRunning.value}
          run={() => void startSpotCheck()}
          strong={!frames().length}
        />
      </div>
      {store.spotCheck.value?.stale && <p class="note">{t('spotCheckStale')}</p>}
      {frame && (
        <>
          <p>
            <b>{t('spotCheckQuestion')}</b>
          </p>
          <p>{positionText()}</p>
          <div class="buttons">
            <Button
              text={t('judgeClean')}
              hint="A"
              pressed={frame.leak === false}
              disabled={waiting}
              run={() => judge(false)}
            />
            <Button
              text={t('judgeProblem')}
              hint="L"
              pressed={frame.leak === true}
              disabled={waiting}
              run={() => judge(true)}
            />
          </div>
          <p role="status">{resultText()}</p>
        </>
      )}
    </>
  );
}
