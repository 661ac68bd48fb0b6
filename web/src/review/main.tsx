// The review page of `passerby review`: the picture, the panels at its side, and the timeline below.
import { useSignal } from '@preact/signals';
import { type ComponentType, render } from 'preact';
import { useEffect } from 'preact/hooks';
import { restoreTheme } from '../shared/theme';
import { logIn } from './actions';
import { errorText, type FileSummary } from './api';
import { CasePage } from './cases/case_page';
import * as cases from './cases/case_store';
import { beginPage } from './cases/navigation';
import { ReasonsDialog } from './cases/reasons_dialog';
import { StartPage } from './cases/start_page';
import { ConnectionBanner } from './connection_banner';
import { ExportPanel } from './export_panel';
import { FrameCanvas } from './frame_canvas';
import { Gallery } from './gallery';
import { galleryOpen } from './gallery_store';
import { HelpDialog } from './help_dialog';
import { chosenLanguage } from './language';
import { Message, useMessageEnd } from './message';
import { type Text, t } from './messages';
import { usePlayback } from './playback';
import { QueuePanel } from './queue_panel';
import { hereTexts } from './range_lanes';
import { onKeyDown } from './shortcuts';
import { SoundPlayer } from './sound/sound_player';
import { SpotCheckFrame, SpotCheckPanel } from './spot_check_panel';
import * as store from './store';
import './review.css';
import { TimeRangesPanel } from './time_ranges_panel';
import { Timeline } from './timeline';
import { TopBar } from './top_bar';
import { TrackPanel } from './track_panel';
import { Transport } from './transport';

const PANELS: { name: store.Panel; title: Text; component: ComponentType }[] = [
  { name: 'queue', title: 'queue', component: QueuePanel },
  { name: 'track', title: 'trackPanel', component: TrackPanel },
  { name: 'ranges', title: 'timeRanges', component: TimeRangesPanel },
  { name: 'export', title: 'exportPanel', component: ExportPanel },
  { name: 'spot-check', title: 'spotCheck', component: SpotCheckPanel },
];

function ReviewPage() {
  useEffect(() => {
    restoreTheme();
    void beginPage();
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
  usePlayback();
  useMessageEnd();
  if (store.loggedOut.value) return <LoginPage />;
  return (
    <>
      <TopBar />
      <ConnectionBanner />
      <CurrentPage />
      {store.helpOpen.value && <HelpDialog />}
      {cases.reasonsOpen.value && <ReasonsDialog />}
    </>
  );
}

function CurrentPage() {
  if (cases.pageName.value === 'file' && store.file.value) return <Workspace />;
  const pages = { start: StartPage, case: CasePage, file: FileList };
  const Page = pages[cases.pageName.value];
  return (
    <>
      <Page />
      <Message />
    </>
  );
}

function Workspace() {
  const spotCheck = store.panel.value === 'spot-check' && store.spotCheckFrame.value !== null;
  const canvas = !galleryOpen.value && !spotCheck;
  return (
    <main class={`workspace${store.isStill.value ? ' still' : ''}`}>
      <section class="picture">
        <div class="above-picture">
          <div class={`banner ${store.view.value}`} role="status">
            {store.view.value === 'masked' ? t('releaseView') : t('originalWarning')}
            {hereTexts.value.map((text) => (
              <span key={text} class="here">
                {t(text)}
              </span>
            ))}
          </div>
          {canvas ? <Message only="bad" /> : <Message />}
        </div>
        {galleryOpen.value ? <Gallery /> : spotCheck ? <SpotCheckFrame /> : <FrameCanvas />}
        <Transport />
      </section>
      <Panels />
      {!store.isStill.value && <Timeline />}
      {store.file.value?.has_audio && <SoundPlayer />}
    </main>
  );
}

function Panels() {
  const current = store.panel.value;
  const Panel = PANELS.find(({ name }) => name === current)?.component ?? QueuePanel;
  return (
    <aside class="side">
      <div role="tablist" aria-label={t('panels')} class="tabs">
        {PANELS.filter(({ name }) => name !== 'ranges' || !store.isStill.value).map(({ name, title }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={current === name}
            aria-controls="panel"
            title={String(PANELS.findIndex((panel) => panel.name === name) + 1)}
            onClick={() => {
              store.panel.value = name;
            }}
          >
            {t(title)}
          </button>
        ))}
      </div>
      <div id="panel" class="panel" role="tabpanel" aria-labelledby={`tab-${current}`} tabIndex={0}>
        <Panel key={`${current}-${store.fileId.value}`} />
      </div>
    </aside>
  );
}

/** What is shown until a file is ready. */
function FileList() {
  return (
    <main class="waiting">
      <h2>{t('files')}</h2>
      {!store.files.value.length && <p>{t('loading')}</p>}
      <ul>
        {store.files.value.map((file) => (
          <FileItem key={file.id} file={file} />
        ))}
      </ul>
    </main>
  );
}

function FileItem({ file }: { file: FileSummary }) {
  const { progress, error } = file;
  return (
    <li>
      <b>{file.name}</b> <span class="quiet">{file.folder}</span> {t(file.state as Text)}
      {file.state === 'analysing' && (
        <progress
          max={progress.total ?? 1}
          value={progress.total ? progress.done : undefined}
          aria-label={t('analysing')}
        />
      )}
      {error && (
        <p class="bad">
          {errorText(error)} {error.message && <span lang="en">{error.message}</span>}
        </p>
      )}
    </li>
  );
}

function LoginPage() {
  const password = useSignal('');
  return (
    <main class="waiting">
      <h1>{t('title')}</h1>
      <h2>{t('loggedOut')}</h2>
      <p>{t('loggedOutHint')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void logIn(password.value);
        }}
      >
        <label>
          {t('password')}
          <input
            type="password"
            autocomplete="current-password"
            value={password.value}
            onInput={(event) => {
              password.value = event.currentTarget.value;
            }}
          />
        </label>
        <button type="submit">{t('logIn')}</button>
      </form>
      <Message />
    </main>
  );
}

document.title = t('title');
document.documentElement.lang = chosenLanguage.code;
const root = document.getElementById('page');
if (root) render(<ReviewPage />, root);
