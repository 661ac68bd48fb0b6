// Events with masked pictures, to be filtered, marked as read and resolved.
import { useSignal } from '@preact/signals';
import { type Camera, client, type EventKind, type EventPage, type EventState, request, type SiteEvent } from '../api';
import { LazyImage, Page, Select, ToggleGroup } from '../components';
import { formatDateTime, fromInputValue } from '../datetime';
import { kindName, t } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { navigate, pageUrl, route } from '../route';
import { can } from '../session';
import { cameraTitle, placeTitle } from '../titles';
import { withErrors } from '../toast';

const STATES = ['', 'new', 'acknowledged', 'resolved'] as const;
const KINDS: EventKind[] = ['presence', 'crossing', 'crowd', 'covered', 'moved', 'dark', 'lost', 'storage', 'clock'];
const INTERVAL_S = 5;
const PAGE_SIZE = 30;
/** The server gives no more at once. */
const MAX_EVENTS = 500;
/** After this time an event's picture is on the disk, if there is one. */
const THUMBNAIL_WAIT_S = 120;

const filterOf = (name: string): string => route.value.query.get(name) ?? '';

function setFilter(name: string, value: string): void {
  const next = [...route.value.query.entries()].filter(([other]) => other !== name);
  navigate('events', '', Object.fromEntries(value ? [...next, [name, value]] : next));
}

const timeOf = (name: string): number | undefined => fromInputValue(filterOf(name)) ?? undefined;

function fetchEvents(limit: number): Promise<EventPage> {
  const query = {
    camera: filterOf('camera') || undefined,
    kind: (filterOf('kind') || undefined) as EventKind | undefined,
    state: (filterOf('state') || undefined) as EventState | undefined,
    start: timeOf('from'),
    end: timeOf('to'),
    limit,
  };
  return request<EventPage>(client.GET('/api/events', { params: { query } }));
}

export default function EventsPage() {
  const limit = useSignal(PAGE_SIZE);
  const query = useQuery(() => fetchEvents(limit.value), [route.value.query.toString(), limit.value], INTERVAL_S);
  const page = query.data.value;
  const atLimit = limit.value >= MAX_EVENTS;
  return (
    <Page title={t('events')}>
      <Filters />
      <QueryStatus query={query} />
      {page?.events.length === 0 && <p>{t('noEvents')}</p>}
      <ul class="events">
        {page?.events.map((event) => (
          <EventRow key={event.id} event={event} onChange={query.refresh} />
        ))}
      </ul>
      {page?.has_more && (
        <button
          type="button"
          disabled={atLimit}
          onClick={() => {
            limit.value = Math.min(MAX_EVENTS, limit.value + PAGE_SIZE);
          }}
        >
          {atLimit ? t('narrowDown') : t('showMore')}
        </button>
      )}
    </Page>
  );
}

function Filters() {
  const cameras = useQuery(() => request<Camera[]>(client.GET('/api/cameras')), []);
  return (
    <div class="filters">
      <ToggleGroup
        label={t('state')}
        value={filterOf('state') as (typeof STATES)[number]}
        options={STATES}
        optionText={(state) => (state ? t(`state_${state}`) : t('all'))}
        onChange={(state) => setFilter('state', state)}
      />
      <Select
        label={t('camera')}
        value={filterOf('camera')}
        emptyText={t('all')}
        options={(cameras.data.value ?? []).map(({ name, display_name }) => [name, display_name])}
        onChange={(camera) => setFilter('camera', camera)}
      />
      <Select
        label={t('kind')}
        value={filterOf('kind')}
        emptyText={t('all')}
        options={KINDS.map((kind) => [kind, kindName(kind)])}
        onChange={(kind) => setFilter('kind', kind)}
      />
      {(['from', 'to'] as const).map((side) => (
        <label key={side}>
          {t(side)}
          <input
            type="datetime-local"
            value={filterOf(side)}
            onChange={(event) => setFilter(side, event.currentTarget.value)}
          />
        </label>
      ))}
    </div>
  );
}

function EventRow({ event, onChange }: { event: SiteEvent; onChange: () => Promise<void> }) {
  const details = [
    event.location && event.camera ? placeTitle(event.camera, event.location) : event.location,
    event.count != null ? t('countOf', { n: event.count }) : null,
    event.detail,
    event.trusted ? null : t('timeUncertain'),
  ];
  const when = formatDateTime(event.time);
  return (
    <li class={`event ${event.state}`} data-kind={event.kind}>
      <div class="thumb">
        <LazyImage
          src={event.thumbnail_url}
          alt={t('pictureOf', { when })}
          width={160}
          height={90}
          retry={Date.now() / 1000 - event.time < THUMBNAIL_WAIT_S}
        />
      </div>
      <div class="about">
        <b>{kindName(event.kind)}</b> <span class={`badge ${event.state}`}>{t(`state_${event.state}`)}</span>
        <div>
          {when} · {event.camera ? cameraTitle(event.camera) : t('ofSite')}
        </div>
        <div class="quiet">{details.filter(Boolean).join(' · ')}</div>
        <div class="buttons">
          {event.camera && event.start != null && (
            <a class="button" href={pageUrl('camera', event.camera, { at: event.time.toFixed(1) })}>
              {t('playEvent')}
            </a>
          )}
          {can('manage_events') && <StateButtons event={event} onChange={onChange} />}
        </div>
      </div>
    </li>
  );
}

function StateButtons({ event, onChange }: { event: SiteEvent; onChange: () => Promise<void> }) {
  const set = (state: EventState) =>
    void withErrors(async () => {
      const [where = '', rule = '', number = ''] = event.id.split('/');
      const params = { path: { where, rule, number } };
      await request<SiteEvent>(client.PUT('/api/events/{where}/{rule}/{number}/state', { params, body: { state } }));
      await onChange();
    });
  if (event.state === 'resolved')
    return (
      <button type="button" onClick={() => set('new')}>
        {t('reopen')}
      </button>
    );
  return (
    <>
      {event.state === 'new' && (
        <button type="button" onClick={() => set('acknowledged')}>
          {t('acknowledge')}
        </button>
      )}
      <button type="button" onClick={() => set('resolved')}>
        {t('resolve')}
      </button>
    </>
  );
}
