// The release of a case: what is missing before, how far it is, and what became of it.
import { type CaseResponse, errorText } from '../api';
import { Button } from '../button';
import { t } from '../messages';
import { formatDate } from '../timecode';
import { startRelease, stopRelease } from './case_actions';
import * as store from './case_store';

export function ReleasePanel() {
  const opened = store.openCase.value;
  if (!opened) return null;
  const { release } = opened;
  const running = store.releaseRunning.value;
  const ready = opened.files.length - opened.missing.length;
  return (
    <section class="card" aria-labelledby="release-title">
      <h2 id="release-title">{t('releaseCase')}</h2>
      <p>{t('releaseIntro')}</p>
      {!running && <Missing missing={opened.missing} />}
      {!running && <OpenDoubts rows={opened.files} />}
      {ready === 0 && !running && <p>{t('releaseNothing')}</p>}
      <div class="buttons">
        <Button
          id="release-now"
          text={t('releaseNow', { n: ready })}
          run={() => void startRelease()}
          disabled={running || ready === 0}
          strong
        />
        {running && <Button text={t('stop')} run={() => void stopRelease()} />}
      </div>
      {running && (
        <p role="status">
          {release.current
            ? t('releasing', { done: (release.done ?? 0) + 1, all: release.total ?? 0, name: release.current })
            : t('releasePacking')}
          <progress max={release.total || 1} value={release.done} aria-label={t('releaseCase')} />
        </p>
      )}
      <Outcome opened={opened} />
    </section>
  );
}

/** Said before anything is rendered. */
function Missing({ missing }: { missing: CaseResponse['missing'] }) {
  if (!missing.length) return null;
  return (
    <details class="note" open={missing.length <= 5}>
      <summary>{t('releaseMissing', { n: missing.length })}</summary>
      <ul>
        {missing.map(({ name, reason }) => (
          <li key={name}>
            {name}: {t(`missing_${reason}`)}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Reviewed, though the list of doubtful moments was not gone through: a person may have looked at all of the file. */
function OpenDoubts({ rows }: { rows: CaseResponse['files'] }) {
  const open = rows.filter((row) => row.file.finished && (row.open_entries ?? 0) > 0);
  if (!open.length) return null;
  return (
    <p class="note">{t('releaseDoubts', { n: open.length, names: open.map((row) => row.file.name).join(', ') })}</p>
  );
}

const inNeed = (rows: CaseResponse['files']): string =>
  rows
    .filter(({ state, verdict }) => state === 'failed' || verdict === 'review')
    .map(({ file }) => file.name)
    .join(', ');

function Outcome({ opened }: { opened: CaseResponse }) {
  const { progress, archive, problems } = opened.release;
  if (progress.state === 'running') return null;
  if (progress.state === 'failed' && progress.error)
    return (
      <p class="bad" role="alert">
        {errorText(progress.error)} <span lang="en">{progress.error.message}</span>
      </p>
    );
  if (progress.state === 'stopped') return <p>{t('stopped')}</p>;
  if (archive)
    return (
      <div role="status" class="outcome" data-archive={archive}>
        <p class="good">{t('releaseDone', { name: archive, folder: opened.folder })}</p>
        {!!problems && (
          <p class="bad">
            {t(problems === 1 ? 'releaseProblemOne' : 'releaseProblems', { n: problems, names: inNeed(opened.files) })}
          </p>
        )}
      </div>
    );
  return opened.released ? <p>{t('releasedBefore', { date: formatDate(opened.released) })}</p> : null;
}
