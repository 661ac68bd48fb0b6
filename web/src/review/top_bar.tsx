// The bar at the top: which file is shown, undo and redo, theme and help.
import { toggleTheme } from '../shared/theme';
import { openFile, selectVideoTrack, undo } from './actions';
import type { FileSummary } from './api';
import { type Text, t } from './messages';
import * as store from './store';

const optionText = (file: FileSummary): string => {
  const state = file.state === 'ready' ? `${file.reviewed}/${file.flagged}` : t(file.state as Text);
  return `${file.finished ? '✓ ' : ''}${file.name} (${state})`;
};

export function TopBar() {
  const files = store.files.value;
  const done = files.filter((file) => file.finished).length;
  const history = store.file.value?.history;
  return (
    <header class="top">
      <h1>{t('title')}</h1>
      <label>
        <span class="quiet">{t('chooseFile')}</span>
        <select
          value={store.file.value?.id ?? ''}
          onChange={(event) => void openFile(Number(event.currentTarget.value))}
        >
          {files.map((file) => (
            <option key={file.id} value={file.id} disabled={file.state !== 'ready'}>
              {optionText(file)}
            </option>
          ))}
        </select>
      </label>
      {files.length > 1 && <span class="quiet">{t('folderProgress', { done, all: files.length })}</span>}
      <VideoTrackSelect />
      <span class="grow" />
      <button type="button" disabled={!history?.can_undo} onClick={() => void undo()}>
        {t('undo')}
        <kbd>Ctrl+Z</kbd>
      </button>
      <button type="button" disabled={!history?.can_redo} onClick={() => void undo(true)}>
        {t('redo')}
        <kbd>Ctrl+Y</kbd>
      </button>
      <button type="button" onClick={toggleTheme}>
        {t('theme')}
      </button>
      <button
        type="button"
        onClick={() => {
          store.helpOpen.value = true;
        }}
      >
        {t('help')}
        <kbd>?</kbd>
      </button>
    </header>
  );
}

function VideoTrackSelect() {
  const count = store.file.value?.videos.length ?? 0;
  if (count < 2) return null;
  return (
    <select
      aria-label={t('videoTracks')}
      value={store.video.value}
      onChange={(event) => void selectVideoTrack(Number(event.currentTarget.value))}
    >
      {Array.from({ length: count }, (_, number) => (
        <option key={number} value={number}>
          {t('videoTrack', { n: number + 1 })}
        </option>
      ))}
    </select>
  );
}
