// Clips: asked for with a reason, agreed to by a second person where the site says so, and taken by who asked.
import { useSignal } from '@preact/signals';
import { ask, type CameraTold, client, type ClipTold } from './api';
import { stageName, t, whoName } from './messages';
import { attempt, Field, Form, Page, Problem, Select, useAsked, Waiting } from './parts';
import { address, route } from './route';
import { may, me } from './session';
import { bytes, fromLocal, localValue, moment, span } from './times';

const LATER = ['refused', 'failed', 'gone'];

export default function ExportsPage() {
  const query = route.value.query;
  const asked = useAsked(() => ask<ClipTold[]>(client.GET('/api/exports')), [], 5);
  const told = asked.value.value;
  return (
    <Page title={t('exports')}>
      <p class="quiet">{t(me.value?.two_persons ? 'exportsTwo' : 'exportsOne')}</p>
      <div class="columns">
        <AskFor key={query.toString()} camera={query.get('camera') ?? ''} from={Number(query.get('from')) || Date.now() / 1000 - 60} to={Number(query.get('to')) || Date.now() / 1000 - 5} again={asked.again} />
        <div>
          {!told ? <Waiting asked={asked} /> : <Problem text={asked.problem.value} />}
          {told?.length === 0 && <p>{t('noClips')}</p>}
          {told?.map((clip) => <Clip key={clip.id} clip={clip} again={asked.again} />)}
        </div>
      </div>
    </Page>
  );
}

function AskFor({ camera, from, to, again }: { camera: string; from: number; to: number; again: () => Promise<void> }) {
  const cameras = useAsked(() => ask<CameraTold[]>(client.GET('/api/cameras')), []);
  const listed = cameras.value.value ?? [];
  const [which, begins, ends, purpose] = [useSignal(camera), useSignal(localValue(from)), useSignal(localValue(to)), useSignal('')];
  const chosen = which.value || listed[0]?.name || '';
  const [start, end] = [fromLocal(begins.value), fromLocal(ends.value)];
  const submit = () =>
    attempt(async () => {
      await ask<ClipTold>(client.POST('/api/exports', { body: { camera: chosen, begins: start ?? 0, ends: end ?? 0, purpose: purpose.value } }));
      purpose.value = '';
      await again();
    }, t('clipAsked'));
  return (
    <section class="card" aria-label={t('askForSome')}>
      <h3>{t('askForSome')}</h3>
      <Form submit={submit} button={t('askForClip')} label={t('askForClip')} disabled={start === null || end === null || end <= start}>
        <Select label={t('camera')} value={chosen} options={listed.map((one) => [one.name, one.name])} choose={(one) => (which.value = one)} />
        <label>
          {t('from')}
          <input type="datetime-local" step="1" required value={begins.value} onInput={(event) => (begins.value = event.currentTarget.value)} />
        </label>
        <label>
          {t('to')}
          <input type="datetime-local" step="1" required value={ends.value} onInput={(event) => (ends.value = event.currentTarget.value)} />
        </label>
        <p class="quiet">{start !== null && end !== null && end > start ? t('clipLong', { span: span(end - start) }) : t('clipOrder')}</p>
        <Field id="reason" label={t('reason')} hint={t('reasonHint')} value={purpose.value} set={(text) => (purpose.value = text)} required minLength={3} maxLength={200} />
      </Form>
    </section>
  );
}

function Clip({ clip, again }: { clip: ClipTold; again: () => Promise<void> }) {
  const decide = (what: 'agree' | 'refuse') =>
    void attempt(async () => {
      await ask<unknown>(client.POST(what === 'agree' ? '/api/exports/{id}/agree' : '/api/exports/{id}/refuse', { params: { path: { id: clip.id } } }));
      await again();
    });
  return (
    <section class="card clip" aria-label={`${t('clip')} ${clip.id}`} data-state={clip.state}>
      <h3>
        {clip.camera} <span class={`badge ${clip.state === 'done' ? 'good' : LATER.includes(clip.state) ? 'wrong' : 'wait'}`}>{stageName(clip.state)}</span>
      </h3>
      <dl>
        <dt>{t('time')}</dt>
        <dd>{`${moment(clip.begins)} – ${moment(clip.ends).slice(11)} (${span(clip.ends - clip.begins)})`}</dd>
        <dt>{t('reason')}</dt>
        <dd>{clip.purpose}</dd>
        <dt>{t('askedBy')}</dt>
        <dd>{`${whoName(clip.who)}, ${moment(clip.asked)}`}</dd>
        {clip.by && (
          <>
            <dt>{t(clip.state === 'refused' ? 'refusedBy' : 'agreedBy')}</dt>
            <dd>{`${whoName(clip.by)}, ${moment(clip.decided ?? 0)}`}</dd>
          </>
        )}
      </dl>
      <Problem text={clip.problem} />
      {clip.state === 'waiting' && clip.own && <p class="note">{t('waitForSecond')}</p>}
      {clip.may_agree && may('handle') && (
        <div class="buttons">
          {may('look') && <a class="button" href={address('camera', clip.camera, { at: clip.begins.toFixed(1) })}>{t('lookAtIt')}</a>}
          <button type="button" class="strong" onClick={() => decide('agree')}>{t('agree')}</button>
          <button type="button" onClick={() => decide('refuse')}>{t('refuse')}</button>
        </div>
      )}
      {clip.state === 'done' && !clip.own && <p class="quiet">{t('onlyOwner')}</p>}
      {clip.own &&
        clip.files.map((file) => (
          <p key={file.address}>
            <a class="button strong" href={file.address} download={file.name}>{t('takeClip', { name: file.name })}</a> <a href={file.report} download>{t('clipReport')}</a>
            <br />
            <small class="quiet">
              {bytes(file.bytes)}, {span(file.seconds)}, SHA-256 {file.sha256}
            </small>
          </p>
        ))}
    </section>
  );
}
