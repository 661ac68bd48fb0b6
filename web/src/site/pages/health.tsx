// The state of the site: each camera, the disk, the clock, what is waiting to be sent.
import { client, type Health, request } from '../api';
import { ErrorNote, Page } from '../components';
import { formatBytes, formatDateTime, formatDuration } from '../datetime';
import { diskName, reasonName, t } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { cameraTitle } from '../titles';

const INTERVAL_S = 3;
/** A larger share of hidden pictures than this is shown as a fault. */
const MAX_COVERED_SHARE = 0.1;

type CameraStatus = Health['status']['cameras'][string];

export default function HealthPage() {
  const query = useQuery(() => request<Health>(client.GET('/api/health')), [], INTERVAL_S);
  const health = query.data.value;
  return (
    <Page title={t('health')}>
      <QueryStatus query={query} />
      {health && (
        <div class="cards">
          <SiteCard status={health.status} />
          {Object.entries(health.queued).map(([destination, kinds]) => (
            <section class="card" key={destination}>
              <h3>{t('outboxOf', { to: destination })}</h3>
              <dl>
                {Object.entries(kinds).map(([kind, count]) => (
                  <Fact key={kind} name={kind} value={count} />
                ))}
              </dl>
            </section>
          ))}
          {Object.entries(health.status.cameras).map(([name, camera]) => (
            <CameraCard key={name} name={name} camera={camera} />
          ))}
        </div>
      )}
    </Page>
  );
}

function SiteCard({ status }: { status: Health['status'] }) {
  const facts = Object.entries(status.disk ?? {}).filter(
    ([name, value]) => !['clock_trusted', 'limit', 'days_left'].includes(name) && value !== null,
  );
  const storage = storageText(status.disk ?? {});
  return (
    <section class="card">
      <h3>{status.name}</h3>
      <dl>
        <dt>{t('since')}</dt>
        <dd>
          {formatDateTime(status.started)} ({formatDuration(status.now - status.started)})
        </dd>
        <dt>{t('clock')}</dt>
        <dd class={status.clock_trusted ? '' : 'bad'}>
          {t(status.clock_trusted ? 'clockSynchronised' : 'clockUnsynchronised')}
        </dd>
        {facts.map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
        {storage && (
          <>
            <dt>{t('storage')}</dt>
            <dd>{storage}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** When recordings are deleted before their time: at the limit in the settings, or when the disk is full. */
function storageText({ days_left, limit }: Record<string, unknown>): string | null {
  if (typeof days_left !== 'number') return null;
  const days = days_left.toFixed(1);
  return typeof limit === 'number'
    ? t('storageLimit', { days, limit: formatBytes(limit) })
    : t('storageDisk', { days });
}

function CameraCard({ name, camera }: { name: string; camera: CameraStatus }) {
  const share = camera.covered_share ?? 0;
  return (
    <section class="card" aria-label={name}>
      <h3>
        {cameraTitle(name)}{' '}
        <span class={`badge ${camera.state === 'live' ? 'good' : 'wrong'}`}>
          {t(`health_${camera.state ?? 'connecting'}`)}
        </span>
      </h3>
      <ErrorNote text={camera.problem ?? null} />
      <dl>
        <dt>{t('picture')}</dt>
        <dd>
          {camera.width ? `${camera.width}×${camera.height}` : '–'},{' '}
          {t('perSecond', { n: (camera.fps ?? 0).toFixed(1) })}
        </dd>
        <dt>{t('newestFrame')}</dt>
        <dd>{camera.last_frame_age == null ? '–' : t('ago', { span: formatDuration(camera.last_frame_age) })}</dd>
        <dt>{t('delayOf')}</dt>
        <dd>{camera.latency == null ? '–' : `${camera.latency.toFixed(1)} s`}</dd>
        <dt>{t('coveredShare')}</dt>
        <dd class={share > MAX_COVERED_SHARE ? 'bad' : ''}>{`${Math.round(share * 100)} %`}</dd>
        {Object.entries(camera.covered ?? {}).map(([reason, count]) => (
          <>
            <dt>· {reasonName(reason)}</dt>
            <dd>{t('frames', { n: count ?? 0 })}</dd>
          </>
        ))}
        <dt title={t('unseenWhy')}>{t('unseenShare')}</dt>
        <dd>
          {`${(100 * (camera.unseen_share ?? 0)).toFixed(1)} %, `}
          {t('frames', { n: camera.unseen_frames ?? 0 })}
        </dd>
        <dt>{t('detectionTime')}</dt>
        <dd>{camera.detector_seconds == null ? '–' : `${camera.detector_seconds.toFixed(2)} s`}</dd>
        <dt>{t('dropped')}</dt>
        <dd>{t('framesOf', { n: camera.dropped ?? 0, all: camera.frames ?? 0 })}</dd>
        <dt>{t('connections')}</dt>
        <dd>{t('connectionsMade', { n: camera.connections ?? 0, restarts: camera.restarts ?? 0 })}</dd>
        <dt>{t('memory')}</dt>
        <dd>{formatBytes(camera.memory ?? 0)}</dd>
      </dl>
    </section>
  );
}

/** A value of another part of the program, under the name that it gives it. */
function Fact({ name, value }: { name: string; value: unknown }) {
  return (
    <>
      <dt>{diskName(name)}</dt>
      <dd>{factText(name, value)}</dd>
    </>
  );
}

function factText(name: string, value: unknown): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
  if (typeof value !== 'number') return String(value);
  return /bytes|used|free|available/.test(name) ? formatBytes(value) : String(Math.round(value * 100) / 100);
}
