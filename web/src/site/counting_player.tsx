// Plays one minute of a recording, with the line or zone that is counted drawn over it.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Camera, Validation } from './api';
import { ErrorNote } from './components';
import { t } from './messages';
import { type Player, playRecorded } from './player';

const SPEEDS = [0.5, 1, 2, 4];
/** The last picture of a minute may begin a little before its end. */
const END_MARGIN_S = 0.5;
/** Length of the arrow that shows which way is forward, as a share of the picture's height. */
const ARROW = 0.12;

interface CountingPlayerProps {
  validation: Validation;
  camera: Camera | null;
  /** Unix seconds. */
  start: number;
  end: number;
  /** The minute was played to its end. */
  onEnd: () => void;
}

export function CountingPlayer({ validation, camera, start, end, onEnd }: CountingPlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const player = useRef<Player | null>(null);
  const size = useSignal<[number, number]>([16, 9]);
  const speed = useSignal(1);
  const playing = useSignal(false);
  const paused = useSignal(false);
  const left = useSignal(end - start);
  const problem = useSignal<string | null>(null);

  const close = () => {
    player.current?.close();
    player.current = null;
    playing.value = false;
  };
  useEffect(() => close, []);
  const finish = () => {
    if (!player.current) return;
    close();
    left.value = 0;
    onEnd();
  };
  const play = () => {
    const element = video.current;
    if (!element) return;
    close();
    problem.value = null;
    playing.value = true;
    paused.value = false;
    element.playbackRate = element.defaultPlaybackRate = speed.value;
    element.onended = () => left.value < END_MARGIN_S * 4 && finish();
    const parameters = new URLSearchParams({ start: `${start}`, end: `${end}` });
    player.current = playRecorded(element, {
      playlist: `/api/recordings/${encodeURIComponent(validation.camera)}/play.m3u8?${parameters}`,
      start,
      onTime: (shown) => {
        left.value = Math.max(0, end - shown);
        if (left.value < END_MARGIN_S / 2) finish();
      },
      onFailed: () => {
        close();
        problem.value = t('videoGone');
      },
    });
  };
  const pause = () => {
    paused.value = !paused.value;
    if (paused.value) video.current?.pause();
    else void video.current?.play();
  };
  const setSpeed = (factor: number) => {
    speed.value = factor;
    if (video.current) video.current.playbackRate = factor;
  };
  return (
    <>
      <div class="screen large">
        <video
          ref={video}
          muted
          playsInline
          disablePictureInPicture
          aria-label={t('recordedVideo')}
          onLoadedMetadata={({ currentTarget: { videoWidth, videoHeight } }) => {
            if (videoWidth) size.value = [videoWidth, videoHeight];
          }}
        />
        <CountedShape validation={validation} camera={camera} size={size.value} />
      </div>
      <ErrorNote text={problem.value} />
      <div class="buttons">
        <button type="button" class="strong" disabled={playing.value} onClick={play}>
          {t('validationPlay')}
        </button>
        <button type="button" disabled={!playing.value} onClick={pause}>
          {t(paused.value ? 'play' : 'pause')}
        </button>
        <label class="line">
          <span class="quiet">{t('speed')}</span>
          <select value={speed.value} onChange={(event) => setSpeed(Number(event.currentTarget.value))}>
            {SPEEDS.map((factor) => (
              <option key={factor} value={factor}>
                {factor}×
              </option>
            ))}
          </select>
        </label>
        <span class="quiet">{t('validationLeft', { n: Math.ceil(left.value) })}</span>
      </div>
    </>
  );
}

interface CountedShapeProps {
  validation: Validation;
  camera: Camera | null;
  size: [number, number];
}

/** The line with an arrow forward, or the zone. The drawing is fitted into the screen as the video is. */
function CountedShape({ validation, camera, size: [width, height] }: CountedShapeProps) {
  const line = camera?.lines.find(({ name }) => name === validation.location);
  const zone = camera?.zones.find(({ name }) => name === validation.location);
  const text = (points: readonly (readonly number[])[]) =>
    points.map(([x = 0, y = 0]) => `${x * width},${y * height}`).join(' ');
  return (
    <svg class="counted-shape" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {validation.kind === 'line' && line && (
        <>
          <polyline points={text(line.points)} />
          <ForwardArrow points={line.points.map(([x = 0, y = 0]) => [x * width, y * height])} length={ARROW * height} />
        </>
      )}
      {validation.kind === 'zone' && zone && <polygon points={text(zone.polygon)} />}
    </svg>
  );
}

/** From the middle of the line to its right side, as one looks along it: that is forward. */
function ForwardArrow({ points, length }: { points: number[][]; length: number }) {
  const middle = Math.floor((points.length - 1) / 2);
  const [[ax = 0, ay = 0] = [], [bx = 0, by = 0] = []] = points.slice(middle, middle + 2);
  const along = Math.hypot(bx - ax, by - ay) || 1;
  const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
  const [rx, ry] = [-(by - ay) / along, (bx - ax) / along];
  const [tx, ty] = [x + rx * length, y + ry * length];
  const side = length / 4;
  const head = [1, -1].map((sign) => `${tx - rx * side + sign * ry * side},${ty - ry * side - sign * rx * side}`);
  return <polyline points={`${x},${y} ${tx},${ty} ${head[0]} ${tx},${ty} ${head[1]}`} />;
}
