// One camera's recordings: the video, a timeline, a time to go to, events, and the range of a clip.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { client, request, type Timeline, thumbnailUrl } from '../api';
import { ClipRange } from '../clip_range';
import { ErrorNote, Page } from '../components';
import { t } from '../messages';
import { type Player, playRecorded } from '../player';
import { useQuery } from '../query';
import { IconButton, NEWEST_MARGIN_S, Still, TimeInput } from '../recordings_controls';
import { EventList, RecordingsTimeline } from '../recordings_timeline';
import { pageUrl, route } from '../route';
import { centredRange, dataRange, type TimeRange, zoomRange } from '../time_range';
import { cameraTitle } from '../titles';

const REFRESH_S = 5;
/** Video that is asked for at once. */
const PLAYLIST_S = 900;
const SPEEDS = [0.5, 1, 2, 4, 8];
const VIEW_AROUND_S = 600;
const VIEW_RECENT_S = 3600;

export default function RecordingsPage() {
  const name = route.value.camera;
  return <Recordings key={name} name={name} />;
}

function initialView(time: number): TimeRange {
  if (time) return centredRange(time, VIEW_AROUND_S);
  const now = Date.now() / 1000;
  return { from: now + 50 - VIEW_RECENT_S, to: now + 50 };
}

function Recordings({ name }: { name: string }) {
  const requested = Number(route.value.query.get('at'));
  const view = useSignal(initialView(requested));
  const selection = useSignal<TimeRange | null>(null);
  const { from, to } = dataRange(view.value);
  const query = useQuery(
    () => {
      const params = { path: { camera: name }, query: { start: from, end: to } };
      return request<Timeline>(client.GET('/api/recordings/{camera}', { params }));
    },
    [name, from, to],
    REFRESH_S,
  );
  const timeline = query.data.value;
  const playback = useRecordedPlayback(name, requested, timeline, view);
  const { time, playing, seek } = playback;
  const recordedAt = (at: number) => !!timeline?.spans.some(({ start, end }) => start <= at && end > at);
  return (
    <Page title={t('recordingsOf', { camera: cameraTitle(name) })} tools={<a href={pageUrl('live')}>{t('live')}</a>}>
      <div class="screen large">
        <video
          ref={playback.video}
          muted
          playsInline
          disablePictureInPicture
          aria-label={t('recordedVideo')}
          style={{ visibility: playing.value ? 'visible' : 'hidden' }}
        />
        {playback.ready &&
          !playing.value &&
          (timeline && !recordedAt(time.value) ? (
            <span class="no-picture">{t('nothingRecorded')}</span>
          ) : (
            <Still name={name} time={time.value} size={960} />
          ))}
      </div>
      <ErrorNote text={playback.problem.value ?? query.error.value} />
      <Transport timeline={timeline} view={view} playback={playback} />
      <RecordingsTimeline
        timeline={timeline}
        view={view.value}
        time={time.value}
        selection={selection.value}
        previewUrl={(at) => (recordedAt(at) ? thumbnailUrl(name, at, 160) : null)}
        onSeek={seek}
        onView={(next) => {
          view.value = next;
        }}
      />
      <ClipRange time={time.value} selection={selection} cameras={() => [name]} button={t('requestClip')} />
      <p class="quiet small">{t('timelineLegend')}</p>
      <h3>{t('events')}</h3>
      <EventList camera={name} timeline={timeline} onSeek={seek} />
    </Page>
  );
}

/** What is shown, and playing from there. `requested` is the time of the page's address, 0 for the newest recording. */
function useRecordedPlayback(name: string, requested: number, timeline: Timeline | null, view: Signal<TimeRange>) {
  const time = useSignal(requested || Date.now() / 1000 - 10);
  const playing = useSignal(false);
  const speed = useSignal(1);
  const problem = useSignal<string | null>(null);
  const video = useRef<HTMLVideoElement>(null);
  const player = useRef<Player | null>(null);

  const pause = () => {
    player.current?.close();
    player.current = null;
    playing.value = false;
  };
  useEffect(() => pause, []);

  const seek = (to: number) => {
    const resume = playing.value;
    pause();
    time.value = to;
    problem.value = null;
    const { from, to: end } = view.value;
    if (to < from || to > end) view.value = centredRange(to, end - from);
    if (resume) play();
  };

  const play = () => {
    const element = video.current;
    if (!element) return;
    problem.value = null;
    // Where nothing was recorded, the next recording is played.
    const span = timeline?.spans.find(({ end }) => end > time.value + 0.5);
    if (!span) {
      problem.value = t('nothingAfter');
      return;
    }
    const start = Math.max(time.value, span.start);
    const parameters = new URLSearchParams({ start: start.toFixed(3), end: (start + PLAYLIST_S).toFixed(3) });
    playing.value = true;
    element.playbackRate = element.defaultPlaybackRate = speed.value;
    element.onended = () => {
      pause();
      if (timeline?.spans.some(({ end }) => end > time.value + 1)) play();
    };
    player.current = playRecorded(element, {
      playlist: `/api/recordings/${encodeURIComponent(name)}/play.m3u8?${parameters}`,
      start,
      onTime: (shown) => {
        time.value = shown;
        const { from, to } = view.value;
        if (shown >= from && shown <= to) return;
        view.value = { from: shown - (to - from) * 0.1, to: shown + (to - from) * 0.9 };
      },
      onFailed: () => {
        pause();
        problem.value = t('videoGone');
      },
    });
  };

  const setSpeed = (factor: number) => {
    speed.value = factor;
    if (video.current) video.current.playbackRate = factor;
  };

  // Without a time in the address the newest recording is shown, once it is known.
  const positioned = useSignal(!!requested);
  useEffect(() => {
    if (positioned.value || timeline?.newest == null) return;
    positioned.value = true;
    seek(timeline.newest - NEWEST_MARGIN_S);
  }, [timeline]);
  const ready = positioned.value || timeline?.newest === null;

  return { time, playing, speed, problem, video, ready, seek, play, pause, setSpeed };
}

type Playback = ReturnType<typeof useRecordedPlayback>;

interface TransportProps {
  timeline: Timeline | null;
  view: Signal<TimeRange>;
  playback: Playback;
}

function Transport({ timeline, view, playback }: TransportProps) {
  const { time, playing, seek, play, pause } = playback;
  const eventTimes = timeline?.events.map((event) => event.time) ?? [];
  const seekTo = (found: number | undefined) => {
    if (found !== undefined) seek(found);
  };
  const zoom = (factor: number) => {
    view.value = zoomRange(view.value, factor, time.value);
  };
  const toPrevious = () => seekTo(eventTimes.findLast((at) => at < time.value - 0.5));
  const toNext = () => seekTo(eventTimes.find((at) => at > time.value + 0.5));
  return (
    <div class="transport">
      <IconButton icon="«" text={t('previousEvent')} onClick={toPrevious} />
      <IconButton icon="‹" text={t('secondBack')} onClick={() => seek(time.value - 1)} />
      <button
        type="button"
        class="strong"
        aria-label={playing.value ? t('pause') : t('play')}
        onClick={() => (playing.value ? pause() : play())}
      >
        {playing.value ? '❚❚' : '►'}
      </button>
      <IconButton icon="›" text={t('secondForward')} onClick={() => seek(time.value + 1)} />
      <IconButton icon="»" text={t('nextEvent')} onClick={toNext} />
      <TimeInput time={time.value} onSeek={seek} />
      <label class="line">
        <span class="quiet">{t('speed')}</span>
        <select value={playback.speed.value} onChange={(event) => playback.setSpeed(Number(event.currentTarget.value))}>
          {SPEEDS.map((factor) => (
            <option key={factor} value={factor}>
              {factor}×
            </option>
          ))}
        </select>
      </label>
      <span class="grow" />
      <IconButton icon="⊖" text={t('zoomOut')} onClick={() => zoom(2)} />
      <IconButton icon="⊕" text={t('zoomIn')} onClick={() => zoom(0.5)} />
      <button type="button" onClick={() => seek((timeline?.newest ?? Date.now() / 1000) - NEWEST_MARGIN_S)}>
        {t('newest')}
      </button>
    </div>
  );
}
