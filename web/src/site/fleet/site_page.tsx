// One site: its health over time, its cameras, and what was kept of its audit log.
import { useSignal } from '@preact/signals';
import { request } from '../api';
import { Page, ToggleGroup } from '../components';
import type { ChartSeries } from '../counts_chart';
import { formatDate } from '../datetime';
import { lazy } from '../lazy';
import { reasonName, t } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { route } from '../route';
import { type FleetSiteDetail, fleetClient, type HealthHistory } from './api';
import { f, flawText } from './messages';
import { fillGaps, HEALTH_PERIODS, type HealthPeriod, PERIOD_S } from './series';

const CountsChart = lazy(() => import('../counts_chart'));
const REFRESH_S = 30;

const now = () => Date.now() / 1000;

export default function FleetSitePage() {
  const name = route.value.camera;
  const period = useSignal<HealthPeriod>('day');
  const end = useSignal(now());
  const start = end.value - PERIOD_S[period.value];
  const detail = useQuery(
    () => request<FleetSiteDetail>(fleetClient.GET('/api/fleet/sites/{site}', { params: { path: { site: name } } })),
    [name],
    REFRESH_S,
  );
  const history = useQuery(
    () =>
      request<HealthHistory>(
        fleetClient.GET('/api/fleet/sites/{site}/health', {
          params: { path: { site: name }, query: { start, end: end.value } },
        }),
      ),
    [name, start, end.value],
  );
  const site = detail.data.value;
  return (
    <Page title={site?.display_name ?? name}>
      <QueryStatus query={detail} />
      <div class="filters">
        <ToggleGroup
          label={f('period')}
          value={period.value}
          options={HEALTH_PERIODS}
          optionText={(option) => f(`period_${option}`)}
          onChange={(option) => {
            period.value = option;
          }}
        />
        <span class="buttons">
          <button
            type="button"
            aria-label={t('earlier')}
            onClick={() => {
              end.value -= PERIOD_S[period.value];
            }}
          >
            ‹
          </button>
          <b class="nowrap">
            {formatDate(start)} – {formatDate(end.value)}
          </b>
          <button
            type="button"
            aria-label={t('later')}
            disabled={end.value + 60 > now()}
            onClick={() => {
              end.value = Math.min(now(), end.value + PERIOD_S[period.value]);
            }}
          >
            ›
          </button>
        </span>
      </div>
      <QueryStatus query={history} />
      {history.data.value && <History history={history.data.value} start={start} end={end.value} />}
      {site && <Cameras site={site} />}
      {site && <Audit site={site} />}
    </Page>
  );
}

function History({ history, start, end }: { history: HealthHistory; start: number; end: number }) {
  const { times, points } = fillGaps(history.points, history.step_s, start, end);
  const hidden = (point: HealthHistory['points'][number]) =>
    100 * Object.values(point.covered).reduce<number>((sum, share) => sum + (share ?? 0), 0);
  const charts: [string, ChartSeries[]][] = [
    [
      f('camerasWorking'),
      [{ label: f('camerasWorking'), values: points.map((point) => point?.min_cameras_up ?? null) }],
    ],
    [f('hiddenShare'), [{ label: f('hiddenShare'), values: points.map((point) => (point ? hidden(point) : null)) }]],
    [f('waiting'), [{ label: f('waiting'), values: points.map((point) => point?.max_backlog ?? null) }]],
  ];
  if (!history.points.length) return <p>{f('nothingReceived')}</p>;
  return (
    <>
      <p class="quiet small">{f('gapsNote')}</p>
      {history.points.some(({ clock_trusted }) => !clock_trusted) && <p class="note">{f('clockDoubtful')}</p>}
      {charts.map(([title, series]) => (
        <section class="card" key={title} aria-label={title}>
          <h3>{title}</h3>
          <CountsChart times={times} step={history.step_s} series={series} label={f('chartOf', { what: title })} />
        </section>
      ))}
    </>
  );
}

function Cameras({ site }: { site: FleetSiteDetail }) {
  return (
    <section class="card" aria-label={f('cameras')}>
      <h3>{f('cameras')}</h3>
      <table class="stack">
        <thead>
          <tr>
            <th>{f('camera')}</th>
            <th>{f('problems')}</th>
            <th>{f('covered')}</th>
          </tr>
        </thead>
        <tbody>
          {site.cameras.map((camera) => (
            <tr key={camera.camera}>
              <td data-label={f('camera')}>{camera.camera}</td>
              <td data-label={f('problems')}>
                <span class={`badge ${camera.up ? 'good' : 'wrong'}`}>{f(camera.up ? 'works' : 'down')}</span>
              </td>
              <td data-label={f('covered')}>{coveredText(camera.covered)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h4>{f('weights')}</h4>
      <ul class="small">
        {Object.entries(site.weights).map(([model, sha256]) => (
          <li key={model}>
            {model} <code>{sha256.slice(0, 16)}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

function coveredText(covered: FleetSiteDetail['cameras'][number]['covered']): string {
  const found = Object.entries(covered).filter(([, share]) => share);
  if (!found.length) return '0 %';
  return found.map(([reason, share]) => `${(100 * (share ?? 0)).toFixed(1)} % ${reasonName(reason)}`).join(', ');
}

function Audit({ site }: { site: FleetSiteDetail }) {
  return (
    <section class="card" aria-label={f('audit')}>
      <h3>{f('audit')}</h3>
      {site.findings.map(({ flaw, row }) => (
        <p class="note bad" key={`${flaw}${row}`}>
          {flawText(flaw, row)}
        </p>
      ))}
      {!site.findings.length && <p>{f('auditFine')}</p>}
      <p class="quiet small">
        {site.newest_head
          ? f('headsKept', { n: site.heads_kept, head: `${site.newest_head.slice(0, 24)}…` })
          : f('headsNone')}
      </p>
    </section>
  );
}
