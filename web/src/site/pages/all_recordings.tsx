// The recordings of all cameras at one time: pictures beside each other, and a timeline of each below the other.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Camera, client, request, type Timeline, thumbnailUrl } from '../api';
import { ClipRange } from '../clip_range';
import { Page } from '../components';
import { formatDateTime } from '../datetime';
import { kindName, t } from '../messages';
import { type Player, playRecorded } from '../player';
import { QueryStatus, useQuery } from '../query';
import { IconButton, NEWEST_MARGIN_S, Still, TimeInput } from '../recordings_controls';
import { RecordingsTimeline } from '../recordings_timeline';
import { pageUrl, route } from '../route';
import { centredRange, dataRange, type TimeRange, zoomRange } from '../time_range';
import { cameraTitle, placeTitle } from '../titles';

const REFRESH_S = 10;
const VIEW_RECENT_S = 3600;
const VIEW_AROUND_S = 600;
/** Video that is asked for at once. */
const PLAYLIST_S = 900;
const MAX_LISTED_EVENTS = 60;

export default function AllRecordingsPage() {
  const requested = Number(route.value.query.get('at'));
  const now = Date.now() / 1000;
  const time = useSignal(requested || now - 10);
  const view = useSignal<TimeRange>(
    requested ? centredRange(requested, VIEW_AROUND_S) : { from: now + 50 - VIEW_RECENT_S, to: now + 50 },
  );
  const selection = useSignal<TimeRange | null>(null);
  /** Where all play from; null while they do not. */
  const playing = useSignal<number | null>(null);
  const { from, to } = dataRange(view.value);
  const query = useQuery(() => timelines(from, to), [from, to], REFRESH_S);
  const found = query.data.value ?? [];
  const newest = Math.max(0, ...found.map((timeline) => timeline.newest ?? 0));
  const positioned = useSignal(!!requested);
  useEffect(() => {
    if (positioned.value || !newest) return;
    positioned.value = true;
    time.value = newest - NEWEST_MARGIN_S;
  }, [newest]);
  const seek = (target: number) => {
    time.value = target;
    if (playing.value !== null) playing.value = target;
    const { from: start, to: end } = view.value;
    if (target < start || target > end) view.value = centredRange(target, end - start);
  };
  return (
    <Page title={t('recordings')}>
      <p class="quiet">{t('allRecordingsHint')}</p>
      <QueryStatus query={query} />
      <Pictures found={found} time={time} playing={playing} />
      <Transport time={time} view={view} playing={playing} found={found} newest={newest} seek={seek} />
      {found.map((timeline) => (
        <section
          key={timeline.camera}
          class="camera-line"
          aria-label={t('timelineOf', { camera: cameraTitle(timeline.camera) })}
        >
          <h3>{cameraTitle(timeline.camera)}</h3>
          <RecordingsTimeline
            timeline={timeline}
            view={view.value}
            time={time.value}
            selection={selection.value}
            previewUrl={(at) => (recordedAt(timeline, at) ? thumbnailUrl(timeline.camera, at, 160) : null)}
            onSeek={seek}
            onView={(next) => {
              view.value = next;
            }}
          />
        </section>
      ))}
      <ClipRange
        time={time.value}
        selection={selection}
        cameras={({ from, to }) =>
          found
            .filter(({ spans }) => spans.some(({ start, end }) => start < to && end > from))
            .map(({ camera }) => camera)
        }
        button={t('requestClips')}
      />
      <Events found={found} view={view.value} seek={seek} />
    </Page>
  );
}

async function timelines(start: number, end: number): Promise<Timeline[]> {
  const cameras = await request<Camera[]>(client.GET('/api/cameras'));
  return Promise.all(
    cameras.map(({ name }) =>
      request<Timeline>(
        client.GET('/api/recordings/{camera}', { params: { path: { camera: name }, query: { start, end } } }),
      ),
    ),
  );
}

const recordedAt = (timeline: Timeline, at: number): boolean =>
  timeline.spans.some(({ start, end }) => start <= at && end > at);

interface PicturesProps {
  found: readonly Timeline[];
  time: Signal<number>;
  playing: Signal<number | null>;
}

function Pictures({ found, time, playing }: PicturesProps) {
  const start = playing.value;
  // The first camera that has a recording there says how far they are.
  const leader = found.find((timeline) => start !== null && recordedAt(timeline, start))?.camera;
  return (
    <div class="tiles">
      {found.map((timeline) => {
        const { camera } = timeline;
        const there = recordedAt(timeline, start ?? time.value);
        return (
          <article key={camera} class="tile" aria-label={camera}>
            <a
              class="screen all"
              href={pageUrl('camera', camera, { at: time.value.toFixed(1) })}
              title={cameraTitle(camera)}
            >
              {!there && <span class="no-picture">{t('nothingRecorded')}</span>}
              {there && start === null && <Still name={camera} time={time.value} size={480} />}
              {there && start !== null && (
                <Video
                  key={start}
                  camera={camera}
                  start={start}
                  onTime={(at) => {
                    if (camera === leader) time.value = at;
                  }}
                  onEnd={() => {
                    if (camera === leader) playing.value = null;
                  }}
                />
              )}
            </a>
            <footer>
              <b>{cameraTitle(camera)}</b>
            </footer>
          </article>
        );
      })}
    </div>
  );
}

interface VideoProps {
  camera: string;
  start: number;
  onTime: (time: number) => void;
  onEnd: () => void;
}

function Video({ camera, start, onTime, onEnd }: VideoProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const parameters = new URLSearchParams({ start: start.toFixed(3), end: (start + PLAYLIST_S).toFixed(3) });
    element.onended = onEnd;
    const player: Player = playRecorded(element, {
      playlist: `/api/recordings/${encodeURIComponent(camera)}/play.m3u8?${parameters}`,
      start,
      onTime,
      onFailed: onEnd,
    });
    return () => player.close();
  }, []);
  return <video ref={video} muted playsInline disablePictureInPicture aria-label={t('recordedVideo')} />;
}

interface TransportProps {
  time: Signal<number>;
  view: Signal<TimeRange>;
  playing: Signal<number | null>;
  found: readonly Timeline[];
  newest: number;
  seek: (time: number) => void;
}

function Transport({ time, view, playing, found, newest, seek }: TransportProps) {
  const events = found.flatMap((timeline) => timeline.events.map((event) => event.time)).sort((a, b) => a - b);
  const seekTo = (target: number | undefined) => {
    if (target !== undefined) seek(target);
  };
  const zoom = (factor: number) => {
    view.value = zoomRange(view.value, factor, time.value);
  };
  const toggle = () => {
    playing.value = playing.value === null ? time.value : null;
  };
  return (
    <div class="transport">
      <IconButton
        icon="«"
        text={t('previousEvent')}
        onClick={() => seekTo(events.findLast((at) => at < time.value - 0.5))}
      />
      <button
        type="button"
        class="strong"
        aria-label={playing.value === null ? t('play') : t('pause')}
        onClick={toggle}
      >
        {playing.value === null ? '►' : '❚❚'}
      </button>
      <IconButton icon="»" text={t('nextEvent')} onClick={() => seekTo(events.find((at) => at > time.value + 0.5))} />
      <TimeInput time={time.value} onSeek={seek} />
      <span class="grow" />
      <IconButton icon="⊖" text={t('zoomOut')} onClick={() => zoom(2)} />
      <IconButton icon="⊕" text={t('zoomIn')} onClick={() => zoom(0.5)} />
      <button type="button" onClick={() => seek((newest || Date.now() / 1000) - NEWEST_MARGIN_S)}>
        {t('newest')}
      </button>
    </div>
  );
}

interface EventsProps {
  found: readonly Timeline[];
  view: TimeRange;
  seek: (time: number) => void;
}

function Events({ found, view, seek }: EventsProps) {
  const events = found
    .flatMap(({ camera, events: own }) => own.map((event) => ({ camera, ...event })))
    .filter(({ time }) => time >= view.from && time <= view.to)
    .sort((a, b) => b.time - a.time);
  return (
    <section aria-label={t('allEvents')}>
      <h3>{t('allEvents')}</h3>
      {!events.length && <p class="quiet">{t('noEventsHere')}</p>}
      <ul class="event-list">
        {events.slice(0, MAX_LISTED_EVENTS).map((event) => (
          <li key={`${event.camera}/${event.id}`}>
            <button type="button" onClick={() => seek(event.time)}>
              {formatDateTime(event.time)} <b>{kindName(event.kind)}</b> {cameraTitle(event.camera)}{' '}
              {event.location ? placeTitle(event.camera, event.location) : ''}{' '}
              <span class="quiet">{t(`state_${event.state}`)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
