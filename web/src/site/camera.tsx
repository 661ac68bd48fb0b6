// One camera's recordings: a line of time, an exact time to go to, the film, and what happened.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ask, client, thumbnailAddress, type Timeline } from './api';
import { Line, Marks, type Stretch, zoomed } from './line';
import { t } from './messages';
import { Page, Picture, Problem, useAsked } from './parts';
import { playRecorded, type Recorded } from './player';
import { address, go as goPage, route } from './route';
import { may } from './session';
import { moment, parseMoment } from './times';

/** Seconds of film that are asked for in one go. */
const REEL = 900;
const SPEEDS = [0.5, 1, 2, 4, 8];

export default function CameraPage() {
  const name = route.value.about;
  return <Recordings key={name} name={name} />;
}

function Recordings({ name }: { name: string }) {
  const given = Number(route.value.query.get('at'));
  const at = useSignal(given || Date.now() / 1000 - 10);
  const view = useSignal<Stretch>(given ? { from: given - 300, to: given + 300 } : { from: at.value - 3540, to: at.value + 60 });
  const playing = useSignal(false);
  const speed = useSignal(1);
  const marked = useSignal<Stretch | null>(null);
  const problem = useSignal<string | null>(null);
  const video = useRef<HTMLVideoElement>(null);
  const film = useRef<Recorded | null>(null);

  // Rather more than is seen is asked for, in round numbers, so that a drag does not ask at every step.
  const length = view.value.to - view.value.from;
  const grid = 2 ** Math.ceil(Math.log2(length));
  const from = Math.max(0, (Math.floor(view.value.from / grid) - 1) * grid);
  const to = (Math.ceil(view.value.to / grid) + 1) * grid;
  const asked = useAsked(() => ask<Timeline>(client.GET('/api/recordings/{camera}', { params: { path: { camera: name }, query: { start: from, end: to } } })), [name, from, to], 5);
  const told = asked.value.value;

  // At the first sight: the newest that there is, where the address says nothing else.
  const placed = useSignal(!!given);
  useEffect(() => {
    if (placed.value || told?.newest == null) return;
    placed.value = true;
    show(told.newest - 2);
  }, [told]);
  const settled = placed.value || told?.newest === null;

  const stop = () => {
    film.current?.close();
    film.current = null;
    playing.value = false;
  };
  useEffect(() => stop, []);

  function show(where: number): void {
    const again = playing.value;
    stop();
    at.value = where;
    problem.value = null;
    if (where < view.value.from || where > view.value.to) view.value = { from: where - length / 2, to: where + length / 2 };
    if (again) start();
  }

  function start(): void {
    const element = video.current;
    if (!element) return;
    problem.value = null;
    // Where nothing was recorded the film begins with what comes next.
    const span = told?.spans.find((one) => one.ends > at.value + 0.5);
    if (!span) return void (problem.value = t('nothingAfter'));
    const begin = Math.max(at.value, span.begins);
    const query = new URLSearchParams({ start: begin.toFixed(3), end: (begin + REEL).toFixed(3) });
    playing.value = true;
    element.playbackRate = element.defaultPlaybackRate = speed.value;
    const next = () => {
      stop();
      if (told?.spans.some((one) => one.ends > at.value + 1)) start();
    };
    film.current = playRecorded(element, `/api/recordings/${encodeURIComponent(name)}/play.m3u8?${query}`, begin, (now) => {
      at.value = now;
      if (now > view.value.to || now < view.value.from) {
        const wide = view.value.to - view.value.from;
        view.value = { from: now - wide * 0.1, to: now + wide * 0.9 };
      }
    }, () => {
      stop();
      problem.value = t('filmGone');
    });
    element.onended = next;
  }

  const jump = (by: 1 | -1) => {
    const marks = told?.marks.map((mark) => mark.at) ?? [];
    const next = by > 0 ? marks.find((one) => one > at.value + 0.5) : marks.findLast((one) => one < at.value - 0.5);
    if (next !== undefined) show(next);
  };
  const setSpeed = (next: number) => {
    speed.value = next;
    if (video.current) video.current.playbackRate = next;
  };
  const mark = (side: 'from' | 'to') => {
    const now = marked.value ?? { from: at.value, to: at.value };
    const next = { ...now, [side]: at.value };
    marked.value = next.from <= next.to ? next : { from: at.value, to: at.value };
  };
  const gap = told ? !told.spans.some((one) => one.begins <= at.value && one.ends > at.value) : false;

  return (
    <Page title={t('recordingsOf', { camera: name })} tools={<a href={address('live')}>{t('live')}</a>}>
      <div class="screen large">
        <video ref={video} muted playsInline disablePictureInPicture aria-label={t('film')} style={{ visibility: playing.value ? 'visible' : 'hidden' }} />
        {settled && !playing.value && (gap ? <span class="no-picture">{t('nothingThen')}</span> : <Still name={name} at={at.value} />)}
      </div>
      <Problem text={problem.value ?? asked.problem.value} />
      <div class="transport">
        <button type="button" aria-label={t('eventBefore')} title={t('eventBefore')} onClick={() => jump(-1)}>«</button>
        <button type="button" aria-label={t('secondBack')} title={t('secondBack')} onClick={() => show(at.value - 1)}>‹</button>
        <button type="button" class="strong" aria-label={playing.value ? t('pause') : t('play')} onClick={() => (playing.value ? stop() : start())}>
          {playing.value ? '❚❚' : '►'}
        </button>
        <button type="button" aria-label={t('secondOn')} title={t('secondOn')} onClick={() => show(at.value + 1)}>›</button>
        <button type="button" aria-label={t('eventAfter')} title={t('eventAfter')} onClick={() => jump(1)}>»</button>
        <GoTo at={at.value} go={show} />
        <label class="line">
          <span class="quiet">{t('speed')}</span>
          <select value={speed.value} onChange={(event) => setSpeed(Number(event.currentTarget.value))}>
            {SPEEDS.map((one) => (
              <option key={one} value={one}>
                {one}×
              </option>
            ))}
          </select>
        </label>
        <span class="grow" />
        <button type="button" aria-label={t('zoomOut')} title={t('zoomOut')} onClick={() => (view.value = zoomed(view.value, 2, at.value))}>⊖</button>
        <button type="button" aria-label={t('zoomIn')} title={t('zoomIn')} onClick={() => (view.value = zoomed(view.value, 0.5, at.value))}>⊕</button>
        <button type="button" onClick={() => show((told?.newest ?? Date.now() / 1000) - 2)}>{t('newest')}</button>
      </div>
      <Line
        told={told}
        view={view.value}
        at={at.value}
        chosen={marked.value}
        preview={(where) => (told?.spans.some((one) => one.begins <= where && one.ends > where) ? thumbnailAddress(name, where, 160) : null)}
        go={show}
        look={(next) => (view.value = next)}
      />
      <div class="buttons">
        <button type="button" onClick={() => mark('from')}>{t('clipFrom')}</button>
        <button type="button" onClick={() => mark('to')}>{t('clipTo')}</button>
        {marked.value && <span>{`${moment(marked.value.from)} – ${moment(marked.value.to)}`}</span>}
        {may('handle') && (
          <button
            type="button"
            class="strong"
            disabled={!marked.value || marked.value.to - marked.value.from < 1}
            onClick={() => marked.value && goPage('exports', '', { camera: name, from: marked.value.from.toFixed(1), to: marked.value.to.toFixed(1) })}
          >
            {t('askForClip')}
          </button>
        )}
      </div>
      <p class="quiet small">{t('lineLegend')}</p>
      <h3>{t('events')}</h3>
      <Marks told={told} go={show} />
    </Page>
  );
}

/** The picture of a moment, asked for once the moment is settled. */
function Still({ name, at }: { name: string; at: number }) {
  const settled = useSignal(at);
  useEffect(() => {
    const over = window.setTimeout(() => (settled.value = at), 200);
    return () => window.clearTimeout(over);
  }, [at]);
  return <Picture src={thumbnailAddress(name, settled.value, 960)} alt={t('pictureOf', { when: moment(settled.value) })} none={t('nothingThen')} />;
}

function GoTo({ at, go }: { at: number; go: (at: number) => void }) {
  const typed = useSignal<string | null>(null);
  const bad = useSignal(false);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const found = parseMoment(typed.value ?? '', at);
        bad.value = found === null;
        if (found === null) return;
        typed.value = null;
        go(found);
        (document.activeElement as HTMLElement | null)?.blur();
      }}
    >
      <input
        id="go-to"
        class="moment"
        aria-label={t('goToHint')}
        title={t('goToHint')}
        aria-invalid={bad.value}
        value={typed.value ?? moment(at)}
        onFocus={(event) => {
          typed.value = moment(at);
          event.currentTarget.select();
        }}
        onBlur={() => (typed.value = null)}
        onInput={(event) => (typed.value = event.currentTarget.value)}
      />
    </form>
  );
}
