// Counts as charts or tables, for an hour, a day, a week, a month. Time without data is a gap, not a zero.
import { useSignal } from '@preact/signals';
import { type Counts, client, request, type Series, type Validation } from '../api';
import { Page, Select, ToggleGroup } from '../components';
import { INTERVALS, PERIODS, type Period, periodBounds } from '../count_periods';
import type { ChartSeries } from '../counts_chart';
import { formatDate, formatMinute } from '../datetime';
import { lazy } from '../lazy';
import { className, t } from '../messages';
import { OccupancyCharts } from '../occupancy';
import { QueryStatus, useQuery } from '../query';
import { navigate, pageUrl, route } from '../route';
import { can } from '../session';
import { cameraTitle, placeTitle } from '../titles';
import { resultText } from '../validation_result';

const CountsChart = lazy(() => import('../counts_chart'));

const REFRESH_S = 30;
const METRICS = ['entries', 'mean', 'peak'] as const;
type Metric = (typeof METRICS)[number];

const now = () => Date.now() / 1000;

export default function CountsPage() {
  const camera = route.value.query.get('camera') ?? '';
  const period = useSignal<Period>('day');
  const metric = useSignal<Metric>('entries');
  const time = useSignal(now());
  const table = useSignal(false);
  const [start, end] = periodBounds(period.value, time.value);
  const every = INTERVALS[period.value];
  const query = useQuery(
    () => request<Counts>(client.GET('/api/counts', { params: { query: { start, end, every } } })),
    [start, end, every],
    REFRESH_S,
  );
  const validations = useQuery(() => request<Validation[]>(client.GET('/api/count-validations')), []);
  const counts = query.data.value;
  const cameras = [...new Set((counts?.series ?? []).map((series) => series.camera))];
  const places = groupByLocation((counts?.series ?? []).filter((series) => !camera || series.camera === camera));
  const csv = new URLSearchParams({ start: `${start}`, end: `${end}`, every, ...(camera ? { camera } : {}) });
  const step = (offset: number) => {
    time.value = periodBounds(period.value, time.value, offset)[0];
  };
  return (
    <Page
      title={t('counts')}
      tools={
        <a class="button" href={`/api/counts/table.csv?${csv}`} download={`counts-${formatDate(start)}.csv`}>
          {t('exportTable')}
        </a>
      }
    >
      <div class="filters">
        <ToggleGroup
          label={t('period')}
          value={period.value}
          options={PERIODS}
          optionText={(option) => t(`period_${option}`)}
          onChange={(option) => {
            period.value = option;
          }}
        />
        <span class="buttons">
          <button type="button" aria-label={t('earlier')} onClick={() => step(-1)}>
            ‹
          </button>
          <b class="nowrap">{period.value === 'hour' ? formatMinute(start) : formatDate(start)}</b>
          <button
            type="button"
            aria-label={t('later')}
            disabled={end > now()}
            title={end > now() ? t('latestShown') : undefined}
            onClick={() => step(1)}
          >
            ›
          </button>
          <button
            type="button"
            onClick={() => {
              time.value = now();
            }}
          >
            {t('now')}
          </button>
        </span>
        <Select
          label={t('camera')}
          value={camera}
          emptyText={t('all')}
          options={cameras.map((name) => [name, cameraTitle(name)])}
          onChange={(name) => navigate('counts', '', name ? { camera: name } : {})}
        />
        <ToggleGroup
          label={t('zoneMetric')}
          value={metric.value}
          options={METRICS}
          optionText={(option) => t(`metric_${option}`)}
          onChange={(option) => {
            metric.value = option;
          }}
        />
        <button
          type="button"
          aria-pressed={table.value}
          onClick={() => {
            table.value = !table.value;
          }}
        >
          {t('asTable')}
        </button>
      </div>
      {period.value !== 'month' && <OccupancyCharts start={start} end={end} />}
      <QueryStatus query={query} />
      {counts && <p class={places.length ? 'quiet small' : ''}>{t(places.length ? 'gapsGrey' : 'nothingCounted')}</p>}
      {counts &&
        places.map(([key, series]) => (
          <LocationCounts
            key={key}
            series={series}
            step={counts.step_s}
            metric={metric.value}
            table={table.value}
            validations={validations.data.value ?? []}
          />
        ))}
    </Page>
  );
}

/** The series of one zone or line belong together: there is one for each class. */
function groupByLocation(allSeries: readonly Series[]): [string, Series[]][] {
  const groups = new Map<string, Series[]>();
  for (const series of allSeries) {
    const key = `${series.camera} · ${series.location}`;
    groups.set(key, [...(groups.get(key) ?? []), series]);
  }
  return [...groups.entries()];
}

/** A zone has one line in the chart, a line two: one for each direction. */
function chartSeries(series: Series, metric: Metric): ChartSeries[] {
  const name = className(series.class);
  if (series.kind === 'line')
    return (['forward', 'backward'] as const).map((direction) => ({
      label: `${name}, ${t(direction)}`,
      values: series.points.map((point) => point[direction] ?? null),
    }));
  return [{ label: `${name}, ${t(`metric_${metric}`)}`, values: series.points.map((point) => point[metric] ?? null) }];
}

interface LocationCountsProps {
  series: Series[];
  /** Seconds of one bar. */
  step: number;
  metric: Metric;
  table: boolean;
  validations: Validation[];
}

function LocationCounts({ series, step, metric, table, validations }: LocationCountsProps) {
  const { camera, location, kind, points } = series[0] as Series;
  const times = points.map((point) => point.start);
  const shown = series.flatMap((one) => chartSeries(one, metric));
  const title = `${cameraTitle(camera)} · ${placeTitle(camera, location)}`;
  const observed = points.reduce((sum, point) => sum + point.observed_seconds, 0);
  const past = times.filter((time) => time < now()).length * step;
  const percent = past ? Math.min(100, Math.round((100 * observed) / past)) : 0;
  // Averages and highest numbers have no sum.
  const summable = metric === 'entries' || kind === 'line';
  const total = ({ values }: ChartSeries) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const totals = shown.map((one) => (summable ? `${one.label}: ${total(one)}` : one.label));
  return (
    <section class="card" aria-label={title}>
      <h3>{title}</h3>
      <p class="quiet small">
        {[t(kind === 'line' ? 'crossings' : 'zone'), t('coverage', { percent }), ...totals].join(' · ')}
      </p>
      {series.map((one) => (
        <HowFarOff key={one.class} series={one} validations={validations} />
      ))}
      {table ? (
        <CountsTable title={title} times={times} series={shown} />
      ) : (
        <CountsChart times={times} step={step} series={shown} label={t('chartOf', { what: title })} />
      )}
    </section>
  );
}

/** What the newest check by a person has found, and the way to one. */
function HowFarOff({ series, validations }: { series: Series; validations: Validation[] }) {
  const { camera, location, kind, class: objectClass } = series;
  const own = validations.filter(
    (one) =>
      one.camera === camera && one.location === location && one.kind === kind && one.object_class === objectClass,
  );
  const finished = own.find((one) => one.result);
  const open = own.find((one) => one.next);
  const said = [
    finished ? resultText(finished) : t('validationNone'),
    ...(open ? [t('validationOpen', { done: open.done, drawn: open.drawn })] : []),
  ];
  return (
    <p class="small">
      {className(objectClass)}: {said.join(' ')}{' '}
      {can('manage_events') && (
        <a href={pageUrl('validation', camera, { location, kind, class: objectClass })}>{t('validationLink')}</a>
      )}
    </p>
  );
}

function CountsTable({ title, times, series }: { title: string; times: number[]; series: ChartSeries[] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th>{t('from')}</th>
            {series.map(({ label }) => (
              <th key={label} class="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time, index) => (
            <tr key={time}>
              <td class="nowrap">{formatMinute(time)}</td>
              {series.map(({ label, values }) => (
                <td key={label} class="number">
                  {values[index] ?? (time > now() ? '' : t('noData'))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
