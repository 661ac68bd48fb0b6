// The bar at the top: where one is, which file is shown, undo and redo, theme and help.
import { toggleTheme } from '../shared/theme';
import { selectVideoTrack, undo } from './actions';
import type { FileSummary } from './api';
import { Button } from './button';
import * as cases from './cases/case_store';
import { reviewedNext } from './cases/file_review';
import { openRow, showCasePage, showStart } from './cases/navigation';
import { type Text, t } from './messages';
import * as store from './store';

const stateText = (file: FileSummary): string => {
  if (file.state !== 'ready') return t(file.state as Text);
  return file.flagged ? t('fileChecked', { done: file.reviewed, all: file.flagged }) : t('fileNothingToCheck');
};

const optionText = (file: FileSummary): string => `${file.finished ? '✓ ' : ''}${file.name} (${stateText(file)})`;

export function TopBar() {
  const onFile = cases.pageName.value === 'file';
  return (
    <header class={onFile ? 'top of-file' : 'top'}>
      <h1>{t('title')}</h1>
      <Places />
      {onFile && <FileSelect />}
      {onFile && store.files.value.length > 1 && (
        <Button id="reviewed-next" text={t('reviewedNext')} hint="Shift+D" run={() => void reviewedNext()} strong />
      )}
      {onFile && <VideoTrackSelect />}
      <span class="grow" />
      {onFile && <UndoButtons />}
      <button type="button" onClick={toggleTheme}>
        {t('theme')}
      </button>
      {onFile && (
        <button
          type="button"
          onClick={() => {
            store.helpOpen.value = true;
          }}
        >
          {t('help')}
          <kbd>?</kbd>
        </button>
      )}
    </header>
  );
}

/** The way back: all cases, and the case that is open. */
function Places() {
  const opened = cases.openCase.value;
  if (!cases.start.value?.cases || cases.pageName.value === 'start') return null;
  const name = opened?.details.number || opened?.folder || '';
  return (
    <nav aria-label={t('allCases')}>
      <button type="button" onClick={showStart}>
        {t('allCases')}
      </button>
      {cases.pageName.value === 'file' ? (
        <Button text={name} hint="Shift+L" run={() => void showCasePage()} />
      ) : (
        <b>{name}</b>
      )}
    </nav>
  );
}

function FileSelect() {
  const files = store.files.value;
  const done = files.filter((file) => file.finished).length;
  return (
    <>
      <label>
        <span class="quiet">{t('chooseFile')}</span>
        <select
          aria-label={t('chooseFile')}
          value={store.file.value?.id ?? ''}
          onChange={(event) => void openRow(Number(event.currentTarget.value))}
        >
          {files.map((file) => (
            <option key={file.id} value={file.id} disabled={file.state !== 'ready'}>
              {optionText(file)}
            </option>
          ))}
        </select>
      </label>
      {files.length > 1 && <span class="quiet">{t('folderProgress', { done, all: files.length })}</span>}
    </>
  );
}

function UndoButtons() {
  const history = store.file.value?.history;
  return (
    <>
      <Button text={t('undo')} hint="Ctrl+Z" run={() => void undo()} disabled={!history?.can_undo} />
      <Button text={t('redo')} hint="Ctrl+Y" run={() => void undo(true)} disabled={!history?.can_redo} />
    </>
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
