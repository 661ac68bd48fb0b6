// How the site is: each camera, the disk, the clock, what waits to be sent.
import { ask, client, type HealthTold } from './api';
import { diskName, reasonName, t } from './messages';
import { Page, Problem, useAsked, Waiting } from './parts';
import { bytes, moment, span } from './times';

type Camera = HealthTold['status']['cameras'][string];

export default function HealthPage() {
  const asked = useAsked(() => ask<HealthTold>(client.GET('/api/health')), [], 3);
  const told = asked.value.value;
  if (!told)
    return (
      <Page title={t('health')}>
        <Waiting asked={asked} />
      </Page>
    );
  const { status, waiting } = told;
  return (
    <Page title={t('health')}>
      <Problem text={asked.problem.value} />
      <div class="cards">
        <section class="card">
          <h3>{status.name}</h3>
          <dl>
            <dt>{t('since')}</dt>
            <dd>{moment(status.since)} ({span(status.now - status.since)})</dd>
            <dt>{t('clock')}</dt>
            <dd class={status.clock_trusted ? '' : 'bad'}>{t(status.clock_trusted ? 'clockKept' : 'clockUnkept')}</dd>
            {Object.entries(status.disk ?? {}).filter(([name, value]) => name !== 'clock_trusted' && value !== null).map(([name, value]) => (
              <Fact key={name} name={name} value={value} />
            ))}
          </dl>
        </section>
        {Object.entries(waiting).map(([to, kinds]) => (
          <section class="card" key={to}>
            <h3>{t('toBeSent', { to })}</h3>
            <dl>
              {Object.entries(kinds).map(([kind, count]) => (
                <Fact key={kind} name={kind} value={count} />
              ))}
            </dl>
          </section>
        ))}
        {Object.entries(status.cameras).map(([name, camera]) => (
          <Health key={name} name={name} camera={camera} />
        ))}
      </div>
    </Page>
  );
}

function Health({ name, camera }: { name: string; camera: Camera }) {
  const good = camera.state === 'live';
  return (
    <section class="card" aria-label={name}>
      <h3>
        {name} <span class={`badge ${good ? 'good' : 'wrong'}`}>{t(`health_${camera.state ?? 'connecting'}`)}</span>
      </h3>
      <Problem text={camera.problem ?? null} />
      <dl>
        <dt>{t('picture')}</dt>
        <dd>{camera.width ? `${camera.width}×${camera.height}` : '–'}, {t('perSecond', { n: (camera.frames_a_second ?? 0).toFixed(1) })}</dd>
        <dt>{t('newestFrame')}</dt>
        <dd>{camera.last_frame_age == null ? '–' : t('ago', { span: span(camera.last_frame_age) })}</dd>
        <dt>{t('lateBy')}</dt>
        <dd>{camera.latency == null ? '–' : `${camera.latency.toFixed(1)} s`}</dd>
        <dt>{t('coveredShare')}</dt>
        <dd class={(camera.covered_share ?? 0) > 0.1 ? 'bad' : ''}>{`${Math.round((camera.covered_share ?? 0) * 100)} %`}</dd>
        {Object.entries(camera.covered ?? {}).map(([reason, count]) => (
          <>
            <dt>· {reasonName(reason)}</dt>
            <dd>{t('frames', { n: count ?? 0 })}</dd>
          </>
        ))}
        <dt>{t('lookTakes')}</dt>
        <dd>{camera.look_seconds == null ? '–' : `${camera.look_seconds.toFixed(2)} s`}</dd>
        <dt>{t('dropped')}</dt>
        <dd>{t('framesOf', { n: camera.dropped ?? 0, all: camera.frames ?? 0 })}</dd>
        <dt>{t('connections')}</dt>
        <dd>{t('connectionsMade', { n: camera.connections ?? 0, restarts: camera.restarts ?? 0 })}</dd>
        <dt>{t('memory')}</dt>
        <dd>{bytes(camera.memory ?? 0)}</dd>
      </dl>
    </section>
  );
}

/** What another part of the program says of itself, by its own names. */
function Fact({ name, value }: { name: string; value: unknown }) {
  const many = typeof value === 'number' && /bytes|used|free|room|a_day|size/.test(name);
  const text = value === null ? '–' : many ? bytes(value as number) : typeof value === 'number' ? String(Math.round(value * 100) / 100) : typeof value === 'boolean' ? t(value ? 'yes' : 'no') : String(value);
  return (
    <>
      <dt>{diskName(name)}</dt>
      <dd>{text}</dd>
    </>
  );
}
