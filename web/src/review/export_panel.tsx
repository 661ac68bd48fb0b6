// Creating the release copy, and the result of its check.
import { useSignal } from '@preact/signals';
import { seekTo } from './actions';
import { errorText, type ReleaseFinding, type ReleaseVerdict } from './api';
import { Button } from './button';
import { openCase } from './cases/case_store';
import { answerFinding, startExport, stopExport } from './export_actions';
import { type Text, t } from './messages';
import { SoundChoice } from './sound_choice';
import * as store from './store';
import { formatTimecode } from './timecode';

/** More are in the report. */
const MAX_FINDINGS = 100;
/** Reports round the times of findings to it; what is rounded down would be the frame before. */
const FINDING_PRECISION_S = 0.001;

export function ExportPanel() {
  const release = store.release.value;
  const progress = release?.progress;
  const running = store.exportRunning.value;
  return (
    <>
      <p>{t(openCase.value ? 'exportToCase' : 'exportTo', { name: release?.output ?? '' })}</p>
      {store.file.value?.has_audio && <SoundChoice />}
      <div class="buttons">
        <Button id="export-now" text={t('exportNow')} strong disabled={running} run={() => void startExport()} />
        {running && <Button text={t('stop')} run={() => void stopExport()} />}
      </div>
      {running && <ExportProgress />}
      {progress?.state === 'failed' && (
        <p class="bad" role="alert">
          {progress.error && errorText(progress.error)} <span lang="en">{progress.error?.message}</span>
        </p>
      )}
      {progress?.state === 'stopped' && <p>{t('stopped')}</p>}
      {release?.verdict && !running && <Verdict verdict={release.verdict} stale={release.stale} />}
    </>
  );
}

function ExportProgress() {
  const progress = store.release.value?.progress;
  return (
    <p role="status">
      {progress?.stage ? t(`stage_${progress.stage}` as Text) : t('loading')} {progress?.done ?? 0}
      {progress?.total ? ` / ${progress.total}` : ''}
      <progress
        max={progress?.total ?? 1}
        value={progress?.total ? progress.done : undefined}
        aria-label={t('exportPanel')}
      />
    </p>
  );
}

function Verdict({ verdict, stale }: { verdict: ReleaseVerdict; stale: boolean }) {
  return (
    <section
      class={`verdict ${stale ? 'outdated' : verdict.clean ? 'good' : 'bad'}`}
      aria-label={t('verdict')}
      data-clean={String(verdict.clean)}
      data-outdated={String(stale)}
    >
      <h3>{stale ? t('verdictOutdated') : headline(verdict)}</h3>
      {stale && <p>{t('exportStale', { verdict: headline(verdict) })}</p>}
      {verdict.clean && <NotRun verdict={verdict} />}
      {verdict.verdict === 'no_content' && <p>{t('noContent')}</p>}
      <p>{t(verdict.verdict ? 'independentCheck' : 'quickCheckOnly')}</p>
      {verdict.has_report && (
        <p>
          <a href={`/api/files/${store.fileId.value}/export/report`} target="_blank" rel="noreferrer">
            {t('openReport')}
          </a>
        </p>
      )}
      <Findings verdict={verdict} />
      <CheckList verdict={verdict} />
    </section>
  );
}

function headline({ clean, findings, verdict }: ReleaseVerdict): string {
  if (verdict === 'reviewed')
    return findings.length === 1 ? t('verdictReviewedOne') : t('verdictReviewed', { n: findings.length });
  if (clean) return t('verdictClean');
  if (!findings.length) return t('verdictReviewUnplaced');
  return findings.length === 1 ? t('verdictReviewOne') : t('verdictReview', { n: findings.length });
}

/** Nothing found says less when not everything was checked. */
function NotRun({ verdict }: { verdict: ReleaseVerdict }) {
  const open = (verdict.checks ?? []).filter(({ outcome }) => outcome === 'skipped' || outcome === 'partial');
  const names = open.map(({ check }) => (check ? t(`check_${check}`) : '')).filter(Boolean);
  if (!names.length) return null;
  return <p>{t(names.length === 1 ? 'checkNotRun' : 'checksNotRun', { n: names.length, names: names.join('; ') })}</p>;
}

function Findings({ verdict }: { verdict: ReleaseVerdict }) {
  if (!verdict.findings.length) return null;
  return (
    <>
      <h4>{t('findings')}</h4>
      <ul class="findings">
        {verdict.findings.slice(0, MAX_FINDINGS).map((finding) => (
          <li key={`${finding.video} ${finding.time} ${finding.box} ${finding.description}`}>
            <button type="button" onClick={() => seekTo(store.frameAtSeconds(finding.time + FINDING_PRECISION_S / 2))}>
              {formatTimecode(finding.time)}
            </button>{' '}
            {finding.check && `${t(`check_${finding.check}`)}: `}
            <span lang="en">{finding.description}</span>
            {finding.answerable && <Answer finding={finding} />}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What a person says about a finding after looking: it is no problem, and why. */
function Answer({ finding }: { finding: ReleaseFinding }) {
  const reason = useSignal(finding.reason ?? '');
  const send = (text: string) => {
    if (text !== (finding.reason ?? '')) void answerFinding(finding.number ?? 0, text);
  };
  return (
    <form
      class="line"
      onSubmit={(event) => {
        event.preventDefault();
        send(reason.value.trim());
      }}
    >
      <label>
        {finding.reason ? t('answeredBy', { name: finding.by ?? '' }) : t('answerNoProblem')}
        <input
          value={reason.value}
          maxLength={500}
          placeholder={t('answerHint')}
          onInput={(event) => {
            reason.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit" disabled={!reason.value.trim()}>
        {t('answerSave')}
      </button>
      {finding.reason && (
        <button
          type="button"
          onClick={() => {
            reason.value = '';
            send('');
          }}
        >
          {t('answerTakeBack')}
        </button>
      )}
    </form>
  );
}

function CheckList({ verdict }: { verdict: ReleaseVerdict }) {
  const checks = verdict.checks ?? [];
  if (!checks.length) return null;
  return (
    <details>
      <summary>{t('checkList')}</summary>
      <ul>
        {checks.map(({ check, outcome, detail }) => (
          <li key={`${check} ${detail}`}>
            {check && `${t(`check_${check}`)}: `}
            {outcome && `${t(`outcome_${outcome}`)}. `}
            <span lang="en">{detail}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
