// What was worth telling: with masked pictures, to be sifted, seen and closed.
import { useSignal } from '@preact/signals';
import { ask, type CameraTold, client, type EventKind, type EventState, type EventsTold, type EventTold } from './api';
import { kindName, t } from './messages';
import { attempt, Choice, Page, Picture, Problem, Select, useAsked, Waiting } from './parts';
import { address, go, route } from './route';
import { may } from './session';
import { fromLocal, moment } from './times';

const STATES = ['', 'new', 'seen', 'closed'] as const;
const KINDS: EventKind[] = ['presence', 'crossing', 'crowd', 'covered', 'moved', 'dark', 'lost', 'storage', 'clock'];
const PAGE = 30;
/** Seconds after an event until its picture is surely on the disk, if there is one. */
const STORED = 120;

export default function EventsPage() {
  const query = route.value.query;
  const wanted = (name: string) => query.get(name) ?? '';
  const set = (name: string, value: string) => {
    const next = Object.fromEntries([...query.entries(), [name, value]].filter(([, text]) => text)) as Record<string, string>;
    go('events', '', next);
  };
  const most = useSignal(PAGE);
  const cameras = useAsked(() => ask<CameraTold[]>(client.GET('/api/cameras')), []);
  const asked = useAsked(
    () =>
      ask<EventsTold>(
        client.GET('/api/events', {
          params: {
            query: {
              camera: wanted('camera') || undefined,
              kind: (wanted('kind') || undefined) as EventKind | undefined,
              state: (wanted('state') || undefined) as EventState | undefined,
              start: (wanted('from') && fromLocal(wanted('from'))) || undefined,
              end: (wanted('to') && fromLocal(wanted('to'))) || undefined,
              most: most.value,
            },
          },
        }),
      ),
    [query.toString(), most.value],
    5,
  );
  const told = asked.value.value;
  return (
    <Page title={t('events')}>
      <div class="filters">
        <Choice label={t('state')} value={wanted('state') as (typeof STATES)[number]} options={STATES} name={(one) => (one ? t(`state_${one}`) : t('all'))} choose={(one) => set('state', one)} />
        <Select label={t('camera')} value={wanted('camera')} none={t('all')} options={(cameras.value.value ?? []).map((one) => [one.name, one.name])} choose={(one) => set('camera', one)} />
        <Select label={t('kind')} value={wanted('kind')} none={t('all')} options={KINDS.map((one) => [one, kindName(one)])} choose={(one) => set('kind', one)} />
        <label>
          {t('from')}
          <input type="datetime-local" value={wanted('from')} onChange={(event) => set('from', event.currentTarget.value)} />
        </label>
        <label>
          {t('to')}
          <input type="datetime-local" value={wanted('to')} onChange={(event) => set('to', event.currentTarget.value)} />
        </label>
      </div>
      {!told ? <Waiting asked={asked} /> : <Problem text={asked.problem.value} />}
      {told?.events.length === 0 && <p>{t('noEvents')}</p>}
      <ul class="events">
        {told?.events.map((event) => <Row key={event.id} event={event} again={asked.again} />)}
      </ul>
      {told?.more && (
        <button type="button" onClick={() => (most.value = Math.min(500, most.value + PAGE))} disabled={most.value >= 500}>
          {most.value >= 500 ? t('sift') : t('more')}
        </button>
      )}
    </Page>
  );
}

function Row({ event, again }: { event: EventTold; again: () => Promise<void> }) {
  const mark = (state: EventState) =>
    void attempt(async () => {
      const [where = '', rule = '', number = ''] = event.id.split('/');
      await ask<EventTold>(client.PUT('/api/events/{where}/{rule}/{number}/state', { params: { path: { where, rule, number } }, body: { state } }));
      await again();
    });
  const details = [event.place, event.count != null ? t('howMany', { n: event.count }) : null, event.detail, event.trusted ? null : t('clockNotTrusted')];
  return (
    <li class={`event ${event.state}`} data-kind={event.kind}>
      <div class="thumb">
        <Picture src={event.thumbnail} alt={t('pictureOf', { when: moment(event.at) })} width={160} height={90} soon={Date.now() / 1000 - event.at < STORED} />
      </div>
      <div class="about">
        <b>{kindName(event.kind)}</b> <span class={`badge ${event.state}`}>{t(`state_${event.state}`)}</span>
        <div>
          {moment(event.at)} · {event.camera ?? t('ofSite')}
        </div>
        <div class="quiet">{details.filter(Boolean).join(' · ')}</div>
        <div class="buttons">
          {event.camera && event.start != null && <a class="button" href={address('camera', event.camera, { at: event.at.toFixed(1) })}>{t('lookAtIt')}</a>}
          {may('handle') && event.state === 'new' && <button type="button" onClick={() => mark('seen')}>{t('markSeen')}</button>}
          {may('handle') && event.state !== 'closed' && <button type="button" onClick={() => mark('closed')}>{t('markClosed')}</button>}
          {may('handle') && event.state === 'closed' && <button type="button" onClick={() => mark('new')}>{t('reopen')}</button>}
        </div>
      </div>
    </li>
  );
}
