// The page, put together.
import { useSignal, useSignalEffect } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import * as act from './actions';
import { sentence } from './api';
import { KEYS, onKey, setSpeed, spelled, second, toggleView, zoomBy } from './keys';
import { t, type Text } from './messages';
import { QueuePanel, SpansPanel, TrackPanel } from './panels';
import { DrawnPicture, DrawPanel, ExportPanel } from './release';
import { Stage } from './stage';
import * as store from './store';
import './style.css';
import { clock, parseClock } from './time';
import { Timeline, zoomTimeline } from './timeline';

const PANELS: [store.Panel, Text, () => preact.JSX.Element][] = [
  ['queue', 'queue', QueuePanel],
  ['track', 'trackPanel', TrackPanel],
  ['spans', 'spans', SpansPanel],
  ['export', 'exportPanel', ExportPanel],
  ['draw', 'drawPanel', DrawPanel],
];

function Page() {
  useEffect(() => {
    void act.begin();
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  usePlayback();
  if (store.loggedOut.value) return <LoggedOut />;
  return (
    <>
      <Top />
      {store.file.value ? <Work /> : <Waiting />}
      <Message />
      {store.helpOpen.value && <Help />}
    </>
  );
}

/** Frames are shown at their own times, times the speed; what cannot be fetched in time is left out. */
function usePlayback() {
  useSignalEffect(() => {
    if (!store.playing.value) return;
    let running = true;
    let last = performance.now();
    let at = store.frame.peek() >= store.lastFrame.peek() ? store.times.peek()[0] ?? 0 : store.now.peek();
    const next = (stamp: number) => {
      if (!running) return;
      at += (((stamp - last) / 1000) * store.speed.peek()) / store.timeBase.peek();
      last = stamp;
      act.goTo(act.frameOf(at));
      if (store.frame.peek() >= store.lastFrame.peek()) store.playing.value = false;
      else requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
    return () => {
      running = false;
    };
  });
}

function Top() {
  const listed = store.files.value;
  const done = listed.filter((one) => one.finished).length;
  return (
    <header class="top">
      <h1>{t('title')}</h1>
      <label>
        <span class="quiet">{t('chooseFile')}</span>
        <select value={store.file.value?.id ?? ''} onChange={(event) => void act.open(Number(event.currentTarget.value))}>
          {listed.map((one) => (
            <option key={one.id} value={one.id} disabled={one.state !== 'ready'}>
              {one.finished ? '✓ ' : ''}
              {one.name}
              {one.state === 'ready' ? ` (${one.looked_at}/${one.to_look_at})` : ` (${t(one.state as Text)})`}
            </option>
          ))}
        </select>
      </label>
      {listed.length > 1 && <span class="quiet">{t('folderProgress', { done, all: listed.length })}</span>}
      {(store.file.value?.videos.length ?? 0) > 1 && (
        <select aria-label={t('videoTrack', { n: '' })} value={store.video.value} onChange={(event) => void act.chooseVideo(Number(event.currentTarget.value))}>
          {store.file.value?.videos.map((_, n) => (
            <option key={n} value={n}>
              {t('videoTrack', { n: n + 1 })}
            </option>
          ))}
        </select>
      )}
      <span class="grow" />
      <button type="button" disabled={!store.file.value?.history.can_undo} onClick={() => void act.undo()}>
        {t('undo')}
        <kbd>Ctrl+Z</kbd>
      </button>
      <button type="button" disabled={!store.file.value?.history.can_redo} onClick={() => void act.undo(true)}>
        {t('redo')}
        <kbd>Ctrl+Y</kbd>
      </button>
      <button
        type="button"
        onClick={() => {
          const now = store.theme.value || (store.dark.value ? 'dark' : 'light');
          const next = now === 'dark' ? 'light' : 'dark';
          document.documentElement.dataset['theme'] = next;
          store.theme.value = next;
        }}
      >
        {t('theme')}
      </button>
      <button type="button" onClick={() => (store.helpOpen.value = true)}>
        {t('help')}
        <kbd>?</kbd>
      </button>
    </header>
  );
}

function Work() {
  const [, , Panel] = PANELS.find(([name]) => name === store.panel.value) ?? PANELS[0]!;
  return (
    <main class="work">
      <section class="picture">
        <div class={`banner ${store.view.value}`} role="status">
          {store.view.value === 'masked' ? t('asReleased') : t('originalWarning')}
        </div>
        {store.panel.value === 'draw' && store.drawn.value ? <DrawnPicture /> : <Stage />}
        <Transport />
      </section>
      <aside class="side">
        <div role="tablist" aria-label={t('panels')} class="tabs">
          {PANELS.map(([name, text], n) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={store.panel.value === name}
              aria-controls="panel"
              title={String(n + 1)}
              onClick={() => (store.panel.value = name)}
            >
              {t(text)}
            </button>
          ))}
        </div>
        <div id="panel" class="panel" role="tabpanel" aria-labelledby={`tab-${store.panel.value}`} tabIndex={0}>
          <Panel key={`${store.panel.value}-${store.file.value?.id ?? ''}`} />
        </div>
      </aside>
      <Timeline />
    </main>
  );
}

function Transport() {
  const typed = useSignal<string | null>(null);
  const bad = useSignal(false);
  const go = (event: Event) => {
    event.preventDefault();
    const at = parseClock(typed.value ?? '');
    bad.value = at === null;
    if (at === null) return;
    store.playing.value = false;
    act.goTo(store.frameAtSeconds(at));
    typed.value = null;
    document.getElementById('go-to')?.blur();
  };
  return (
    <div class="transport">
      <button type="button" title={t('secondBack')} aria-label={t('secondBack')} onClick={() => act.goTo(store.frame.value - second())}>«</button>
      <button type="button" title={t('frameBack')} aria-label={t('frameBack')} onClick={() => act.goTo(store.frame.value - 1)}>‹</button>
      <button type="button" class="strong" aria-label={store.playing.value ? t('pause') : t('play')} onClick={() => (store.playing.value = !store.playing.value)}>
        {store.playing.value ? '❚❚' : '►'}
      </button>
      <button type="button" title={t('frameOn')} aria-label={t('frameOn')} onClick={() => act.goTo(store.frame.value + 1)}>›</button>
      <button type="button" title={t('secondOn')} aria-label={t('secondOn')} onClick={() => act.goTo(store.frame.value + second())}>»</button>
      <form onSubmit={go}>
        <input
          id="go-to"
          aria-label={t('goToHint')}
          title={t('goToHint')}
          aria-invalid={bad.value}
          size={9}
          value={typed.value ?? clock(store.seconds.value)}
          onFocus={(event) => {
            typed.value = clock(store.seconds.value);
            event.currentTarget.select();
          }}
          onBlur={() => (typed.value = null)}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
      </form>
      <span class="quiet" id="frame">{t('frameOf', { frame: store.frame.value, all: store.times.value.length })}</span>
      <span class="grow" />
      <button type="button" aria-label={t('slower')} title={t('slower')} onClick={() => setSpeed(-1)}>−</button>
      <span class="quiet">{store.speed.value}×</span>
      <button type="button" aria-label={t('faster')} title={t('faster')} onClick={() => setSpeed(1)}>+</button>
      <button type="button" aria-label={t('zoomOut')} title={t('zoomOut')} onClick={() => zoomBy(1 / 1.5)}>⊖</button>
      <span class="quiet">{t('zoomLevel', { percent: Math.round(store.zoom.value.scale * 100) })}</span>
      <button type="button" aria-label={t('zoomIn')} title={t('zoomIn')} onClick={() => zoomBy(1.5)}>⊕</button>
      <button type="button" aria-label={t('timelineOut')} title={t('timelineOut')} onClick={() => zoomTimeline(1.4)}>⇤⇥</button>
      <button type="button" aria-label={t('timelineIn')} title={t('timelineIn')} onClick={() => zoomTimeline(0.7)}>⇥⇤</button>
      <button type="button" aria-pressed={store.outlines.value} onClick={() => (store.outlines.value = !store.outlines.value)}>
        {t('outlines')}
        <kbd>O</kbd>
      </button>
      {store.session.value?.originals && (
        <button type="button" aria-pressed={store.view.value === 'original'} onClick={toggleView}>
          {t('original')}
          <kbd>V</kbd>
        </button>
      )}
    </div>
  );
}

function Waiting() {
  return (
    <main class="waiting">
      <h2>{t('files')}</h2>
      {!store.files.value.length && <p>{t('loading')}</p>}
      <ul>
        {store.files.value.map((one) => (
          <li key={one.id}>
            <b>{one.name}</b> <span class="quiet">{one.folder}</span> {t(one.state as Text)}
            {one.state === 'analysing' && (
              <progress max={one.progress.total ?? 1} value={one.progress.total ? one.progress.done : undefined} aria-label={t('analysing')} />
            )}
            {one.error && (
              <p class="bad">
                {sentence(one.error)} {one.error.words && <span lang="en">{one.error.words}</span>}
              </p>
            )}
          </li>
        ))}
      </ul>
    </main>
  );
}

function LoggedOut() {
  const password = useSignal('');
  return (
    <main class="waiting">
      <h1>{t('title')}</h1>
      <h2>{t('notIn')}</h2>
      <p>{t('notInHow')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act.logIn(password.value);
        }}
      >
        <label>
          {t('password')}
          <input type="password" autocomplete="current-password" value={password.value} onInput={(event) => (password.value = event.currentTarget.value)} />
        </label>
        <button type="submit">{t('logIn')}</button>
      </form>
      <Message />
    </main>
  );
}

function Message() {
  const said = store.message.value;
  useEffect(() => {
    if (!said || said.bad) return;
    const over = window.setTimeout(() => (store.message.value = null), 4000);
    return () => window.clearTimeout(over);
  }, [said]);
  return (
    <div class={`message ${said?.bad ? 'bad' : ''}`} role={said?.bad ? 'alert' : 'status'} aria-live="polite">
      {said?.text}
      {said?.words && <span lang="en"> {said.words}</span>}
    </div>
  );
}

function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const groups = ['time', 'look', 'tracks', 'spans', 'other'] as const;
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={() => (store.helpOpen.value = false)}>
      <header>
        <h2 id="help-title">{t('helpTitle')}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          {t('close')}
          <kbd>Esc</kbd>
        </button>
      </header>
      <p>{t('helpIntro')}</p>
      <p>{t('helpBox')}</p>
      <div class="keys">
        {groups.map((group) => (
          <section key={group}>
            <h3>{t(`group_${group}`)}</h3>
            <dl>
              {KEYS.filter((key) => key.group === group).map((key) => (
                <div key={key.text}>
                  <dt>
                    {key.keys.map((name) => (
                      <kbd key={name}>{spelled(name)}</kbd>
                    ))}
                  </dt>
                  <dd>{t(key.text)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>{t('drawPanel')}</h3>
          <dl>
            <div><dt><kbd>A</kbd></dt><dd>{t('drawClean')}</dd></div>
            <div><dt><kbd>L</kbd></dt><dd>{t('drawShows')}</dd></div>
          </dl>
        </section>
      </div>
    </dialog>
  );
}

document.title = t('title');
const root = document.getElementById('page');
if (root) render(<Page />, root);
