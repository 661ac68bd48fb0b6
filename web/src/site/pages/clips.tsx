// Clips: requested with a reason, approved by a second person where the site demands it, downloaded by who asked.
import { useSignal } from '@preact/signals';
import { ApiError, type Camera, type Clip, client, request } from '../api';
import { Checkbox, ErrorNote, Field, Form, Page } from '../components';
import { formatBytes, formatDateTime, formatDuration, formatTime, fromInputValue, toInputValue } from '../datetime';
import { actorName, stageName, t } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { pageUrl, route } from '../route';
import { can, session } from '../session';
import { cameraTitle } from '../titles';
import { withErrors } from '../toast';
import { PURPOSE_LENGTH } from './login';

const INTERVAL_S = 5;
/** What is offered when no part of a recording was chosen: the last minute. */
const DEFAULT_START_S = -60;
const DEFAULT_END_S = -5;
/** Clips in these states can no longer be downloaded. */
const UNAVAILABLE: string[] = ['rejected', 'failed', 'expired'] satisfies Clip['state'][];

export default function ClipsPage() {
  const parameters = route.value.query;
  const query = useQuery(() => request<Clip[]>(client.GET('/api/exports')), [], INTERVAL_S);
  const clips = query.data.value;
  const now = Date.now() / 1000;
  return (
    <Page title={t('clips')}>
      <p class="quiet">{t(session.value?.dual_approval ? 'clipsIntroDual' : 'clipsIntro')}</p>
      <div class="columns">
        <ClipRequestForm
          key={parameters.toString()}
          chosen={parameters
            .getAll('camera')
            .flatMap((names) => names.split(','))
            .filter(Boolean)}
          from={Number(parameters.get('from')) || now + DEFAULT_START_S}
          to={Number(parameters.get('to')) || now + DEFAULT_END_S}
          onRequested={query.refresh}
        />
        <div>
          <QueryStatus query={query} />
          {clips?.length === 0 && <p>{t('noClips')}</p>}
          {clips?.map((clip) => (
            <ClipCard key={clip.id} clip={clip} onDecided={query.refresh} />
          ))}
        </div>
      </div>
    </Page>
  );
}

interface ClipRequestFormProps {
  /** Names of cameras; where there are none, the first one. */
  chosen: string[];
  from: number;
  to: number;
  onRequested: () => Promise<void>;
}

function ClipRequestForm({ chosen, from, to, onRequested }: ClipRequestFormProps) {
  const query = useQuery(() => request<Camera[]>(client.GET('/api/cameras')), []);
  const cameras = query.data.value ?? [];
  const [ticked, purpose] = [useSignal(chosen), useSignal('')];
  const times = { from: useSignal(toInputValue(from)), to: useSignal(toInputValue(to)) };
  const [start, end] = [fromInputValue(times.from.value), fromInputValue(times.to.value)];
  const selected = ticked.value.length ? ticked.value : cameras.slice(0, 1).map(({ name }) => name);
  const length = start !== null && end !== null ? end - start : 0;
  const submit = () =>
    withErrors(async () => {
      const failed = await requestEach(selected, { start: start ?? 0, end: end ?? 0, purpose: purpose.value });
      await onRequested();
      if (failed) throw failed;
      purpose.value = '';
    }, t('clipRequested'));
  return (
    <section class="card" aria-label={t('requestAClip')}>
      <h3>{t('requestAClip')}</h3>
      <Form
        onSubmit={submit}
        button={t(selected.length > 1 ? 'requestClips' : 'requestClip')}
        label={t('requestClip')}
        disabled={length <= 0 || !selected.length}
      >
        <fieldset>
          <legend>{t('clipCameras')}</legend>
          {cameras.map(({ name, display_name }) => (
            <Checkbox
              key={name}
              label={display_name}
              checked={selected.includes(name)}
              onChange={(checked) => {
                ticked.value = checked ? [...selected, name] : selected.filter((other) => other !== name);
              }}
            />
          ))}
        </fieldset>
        {(['from', 'to'] as const).map((side) => (
          <label key={side}>
            {t(side)}
            <input
              type="datetime-local"
              step="1"
              required
              value={times[side].value}
              onInput={(event) => {
                times[side].value = event.currentTarget.value;
              }}
            />
          </label>
        ))}
        <p class="quiet">{length > 0 ? t('clipLength', { span: formatDuration(length) }) : t('clipOrder')}</p>
        <Field id="reason" label={t('reason')} hint={t('reasonHint')} value={purpose} required {...PURPOSE_LENGTH} />
      </Form>
    </section>
  );
}

/** A clip of each camera. What went wrong, in the end: one that has no recording does not keep the others from theirs. */
async function requestEach(
  cameras: readonly string[],
  clip: { start: number; end: number; purpose: string },
): Promise<ApiError | null> {
  const failed: string[] = [];
  let last: ApiError | null = null;
  for (const camera of cameras) {
    try {
      await request<Clip>(client.POST('/api/exports', { body: { camera, ...clip } }));
    } catch (error) {
      if (!(error instanceof ApiError) || error.needs) throw error;
      failed.push(cameraTitle(camera));
      last = error;
    }
  }
  if (!last || cameras.length === 1) return last;
  return new ApiError(t('clipsFailed', { cameras: failed.join(', '), reason: last.message }), last.status, null);
}

function ClipCard({ clip, onDecided }: { clip: Clip; onDecided: () => Promise<void> }) {
  const badge = clip.state === 'done' ? 'good' : UNAVAILABLE.includes(clip.state) ? 'wrong' : 'wait';
  return (
    <section class="card clip" aria-label={`${t('clip')} ${clip.id}`} data-state={clip.state}>
      <h3>
        {cameraTitle(clip.camera)} <span class={`badge ${badge}`}>{stageName(clip.state)}</span>
      </h3>
      <dl>
        <dt>{t('time')}</dt>
        <dd>{`${formatDateTime(clip.start)} – ${formatTime(clip.end)} (${formatDuration(clip.end - clip.start)})`}</dd>
        <dt>{t('reason')}</dt>
        <dd>{clip.purpose}</dd>
        <dt>{t('requestedBy')}</dt>
        <dd>{`${actorName(clip.requested_by)}, ${formatDateTime(clip.requested_at)}`}</dd>
        {clip.decided_by && (
          <>
            <dt>{t(clip.state === 'rejected' ? 'rejectedBy' : 'approvedBy')}</dt>
            <dd>{`${actorName(clip.decided_by)}, ${formatDateTime(clip.decided_at ?? 0)}`}</dd>
          </>
        )}
      </dl>
      <ErrorNote text={clip.problem} />
      {clip.state === 'pending' && clip.own_request && <p class="note">{t('waitForSecond')}</p>}
      {clip.can_approve && can('manage_events') && <Decision clip={clip} onDecided={onDecided} />}
      {clip.state === 'done' && !clip.own_request && <p class="quiet">{t('onlyRequester')}</p>}
      {clip.own_request && clip.files.map((file) => <ClipFile key={file.url} file={file} />)}
    </section>
  );
}

function Decision({ clip, onDecided }: { clip: Clip; onDecided: () => Promise<void> }) {
  const decide = (decision: 'approve' | 'reject') =>
    void withErrors(async () => {
      const params = { path: { id: clip.id } };
      await request<unknown>(client.POST(`/api/exports/{id}/${decision}`, { params }));
      await onDecided();
    });
  return (
    <div class="buttons">
      {can('view_media') && (
        <a class="button" href={pageUrl('camera', clip.camera, { at: clip.start.toFixed(1) })}>
          {t('play')}
        </a>
      )}
      <button type="button" class="strong" onClick={() => decide('approve')}>
        {t('approve')}
      </button>
      <button type="button" onClick={() => decide('reject')}>
        {t('reject')}
      </button>
    </div>
  );
}

function ClipFile({ file }: { file: Clip['files'][number] }) {
  return (
    <p>
      <a class="button strong" href={file.url} download={file.name}>
        {t('downloadClip', { name: file.name })}
      </a>{' '}
      <a href={file.report_url} download>
        {t('clipReport')}
      </a>
      <br />
      <small class="quiet">
        {formatBytes(file.bytes)}, {formatDuration(file.seconds)}, SHA-256 {file.sha256}
      </small>
    </p>
  );
}
