// Published counts of any selection: by hour, day or week, with what is known about each sum beside it; compared with
// other sites and other weeks. What did not arrive is a gap, not a zero.
import { useSignal } from '@preact/signals';
import { request } from '../api';
import { Page, Select, ToggleGroup } from '../components';
import type { ChartSeries } from '../counts_chart';
import { formatMinute } from '../datetime';
import { lazy } from '../lazy';
import { className } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { type Counted, type Every, type FleetCounts, fleetClient, type TotalSeries } from './api';
import { ChooseSites } from './choose_sites';
import { LineBiases } from './line_biases';
import { f } from './messages';
import {
  coverage,
  fillGaps,
  firstStep,
  isoDate,
  localMidnight,
  METRICS,
  type Metric,
  secondsOf,
  shiftDate,
  sumOf,
} from './series';

const CountsChart = lazy(() => import('../counts_chart'));
const EVERY = ['hour', 'day', 'week'] as const;
const GROUPINGS = ['apart', 'together'] as const;
type Grouping = (typeof GROUPINGS)[number];
/** A chart of more lines cannot be read; of more sites than this it begins with all together. */
const MAX_LINES = 6;
/** Days between a period and the one that it is compared with: weeks, so that Mondays meet Mondays. */
const COMPARISONS = { none: 0, week: 7, month: 28, year: 364 } as const;
type Comparison = keyof typeof COMPARISONS;

const today = () => isoDate(Date.now() / 1000);

export default function FleetCountsPage() {
  const [start, end] = [useSignal(shiftDate(today(), -14)), useSignal(shiftDate(today(), 1))];
  const [every, metric] = [useSignal<Every>('day'), useSignal<Metric>('forward')];
  const [objectClass, camera, location] = [useSignal(''), useSignal(''), useSignal('')];
  const sites = useSignal<readonly string[]>([]);
  const [chosenGrouping, compare] = [useSignal<Grouping | null>(null), useSignal<Comparison>('none')];
  const table = useSignal(false);
  const choices = useQuery(
    () =>
      request<Counted>(fleetClient.GET('/api/fleet/counts/counted', { params: { query: { site: [...sites.value] } } })),
    [sites.value],
  );
  const known = choices.data.value;
  const grouping =
    chosenGrouping.value ?? ((sites.value.length || (known?.sites.length ?? 0)) > MAX_LINES ? 'together' : 'apart');
  const shift = COMPARISONS[compare.value];
  const queryOf = (days: number) => ({
    start: shiftDate(start.value, -days),
    end: shiftDate(end.value, -days),
    every: every.value,
    by_site: grouping === 'apart',
    site: [...sites.value],
    ...(objectClass.value ? { class: objectClass.value as never } : {}),
    ...(camera.value ? { camera: camera.value } : {}),
    ...(location.value ? { location: location.value } : {}),
  });
  const fetchCounts = (days: number) =>
    known
      ? request<FleetCounts>(fleetClient.GET('/api/fleet/counts', { params: { query: queryOf(days) } }))
      : Promise.resolve<FleetCounts>({ step_s: 1, series: [] });
  const deps = [
    ...[start.value, end.value, every.value, grouping, sites.value],
    ...[objectClass.value, camera.value, location.value, known !== undefined && known !== null],
  ];
  const current = useQuery(() => fetchCounts(0), deps);
  const before = useQuery(
    () => (shift ? fetchCounts(shift) : Promise.resolve<FleetCounts>({ step_s: 1, series: [] })),
    [...deps, shift],
  );
  const counts = current.data.value;
  const file = new URLSearchParams(
    Object.entries(queryOf(0)).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)])),
  );
  const shown = [
    ...(counts?.series ?? []).map((series) => ({ series, days: 0 })),
    ...(shift ? (before.data.value?.series ?? []).map((series) => ({ series, days: shift })) : []),
  ];
  return (
    <Page
      title={f('counts')}
      tools={
        <span class="buttons">
          <a class="button" href={`/api/fleet/counts/table.csv?${file}`} download="fleet-counts.csv">
            {f('exportCsv')}
          </a>
          <a class="button" href={`/api/fleet/counts/table.parquet?${file}`} download="fleet-counts.parquet">
            {f('exportParquet')}
          </a>
        </span>
      }
    >
      <p class="quiet small">{f('noiseNote')}</p>
      <div class="filters">
        {(
          [
            ['from', start, 0],
            ['to', end, 1],
          ] as const
        ).map(([name, value, offset]) => (
          <label key={name}>
            {f(name)}
            <input
              type="date"
              value={shiftDate(value.value, -offset)}
              onChange={(event) => {
                if (event.currentTarget.value) value.value = shiftDate(event.currentTarget.value, offset);
              }}
            />
          </label>
        ))}
        <ToggleGroup
          label={f('every')}
          value={every.value}
          options={EVERY}
          optionText={(option) => f(`every_${option}`)}
          onChange={(option) => {
            every.value = option;
          }}
        />
        <ToggleGroup
          label={f('grouping')}
          value={grouping}
          options={GROUPINGS}
          optionText={(option) => f(option)}
          onChange={(option) => {
            chosenGrouping.value = option;
          }}
        />
        <Select
          label={f('metric')}
          value={metric.value}
          options={METRICS.map((name) => [name, f(`metric_${name}`)])}
          onChange={(name) => {
            metric.value = name as Metric;
          }}
        />
        <ChooseSites
          sites={known?.sites ?? []}
          chosen={sites.value}
          onChange={(names) => {
            sites.value = names;
            camera.value = '';
            location.value = '';
          }}
        />
        {(known?.cameras.length ?? 0) > 0 && (
          <Select
            label={f('camera')}
            value={camera.value}
            emptyText={f('all')}
            options={(known?.cameras ?? []).map((name) => [name, name])}
            onChange={(name) => {
              camera.value = name;
            }}
          />
        )}
        {(known?.locations.length ?? 0) > 0 && (
          <Select
            label={f('location')}
            value={location.value}
            emptyText={f('all')}
            options={(known?.locations ?? []).map((name) => [name, name])}
            onChange={(name) => {
              location.value = name;
            }}
          />
        )}
        <Select
          label={f('class')}
          value={objectClass.value}
          emptyText={f('all')}
          options={(known?.classes ?? []).map((name) => [name, className(name)])}
          onChange={(name) => {
            objectClass.value = name;
          }}
        />
        <Select
          label={f('compare')}
          value={compare.value}
          options={(Object.keys(COMPARISONS) as Comparison[]).map((name) => [name, f(`compare_${name}`)])}
          onChange={(name) => {
            compare.value = name as Comparison;
          }}
        />
        <button
          type="button"
          aria-pressed={table.value}
          onClick={() => {
            table.value = !table.value;
          }}
        >
          {f('asTable')}
        </button>
      </div>
      <QueryStatus query={current} />
      {known && counts && !shown.length && <p>{f('nothingCounted')}</p>}
      {counts && shown.length > 0 && (
        <Sums
          shown={shown}
          step={counts.step_s}
          start={firstStep(start.value, every.value)}
          end={secondsOf(end.value)}
          metric={metric.value}
          table={table.value}
        />
      )}
      {known && known.sites.length > 0 && (
        <LineBiases
          site={sites.value}
          camera={camera.value}
          location={location.value}
          objectClass={objectClass.value}
        />
      )}
    </Page>
  );
}

/** A series, and by how many days it is moved to lie over the period that is shown. */
interface Shown {
  series: TotalSeries;
  days: number;
}

interface SumsProps {
  shown: Shown[];
  step: number;
  start: number;
  end: number;
  metric: Metric;
  table: boolean;
}

function Sums({ shown, step, start, end, metric, table }: SumsProps) {
  const lines = shown.map(({ series, days }) => {
    const moved = series.points.map((point) => ({ ...point, start: point.start + days * 86400 }));
    const name = series.display_name ?? f('together');
    const grid = fillGaps(moved, step, start, end);
    return { label: days ? f('before', { name }) : name, series, ...grid };
  });
  const times = lines[0]?.times ?? [];
  const charted: ChartSeries[] = lines.slice(0, MAX_LINES).map(({ label, points }) => ({
    label,
    values: points.map((point) => point?.[metric] ?? null),
  }));
  return (
    <section class="card" aria-label={f(`metric_${metric}`)}>
      <h3>{f(`metric_${metric}`)}</h3>
      <ul class="small">
        {lines.map(({ label, series }) => {
          const sum = sumOf(series.points, metric);
          const percent = `${Math.round(100 * coverage(series, step, times.length))} %`;
          return (
            <li key={label}>
              {f('totalOf', { name: label, sum: sum.sum ?? f('noData'), percent, suppressed: sum.suppressed })}
            </li>
          );
        })}
      </ul>
      {!table && lines.length > MAX_LINES && <p class="note">{f('tooManyLines', { n: MAX_LINES })}</p>}
      {table ? (
        <div class="scroll" tabIndex={0} role="region" aria-label={f('asTable')}>
          <table>
            <thead>
              <tr>
                <th>{f('time')}</th>
                {lines.map(({ label }) => (
                  <>
                    <th class="number">{label}</th>
                    <th class="number">{f('observed')}</th>
                    <th class="number">{f('suppressed')}</th>
                  </>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((time, index) => (
                <tr key={time}>
                  <td class="nowrap">{step < 86400 ? formatMinute(time) : isoDate(time)}</td>
                  {lines.map(({ points }) => {
                    const point = points[index];
                    const share = point?.possible_seconds ? point.observed_seconds / point.possible_seconds : 0;
                    return (
                      <>
                        <td class="number">{point?.[metric] ?? f('noData')}</td>
                        <td class="number">{point ? `${Math.round(100 * share)} %` : '–'}</td>
                        <td class="number">{point?.suppressed ?? '–'}</td>
                      </>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <CountsChart
          times={step < 86400 ? times : times.map(localMidnight)}
          step={step}
          series={charted}
          label={f('chartOf', { what: f(`metric_${metric}`) })}
        />
      )}
    </section>
  );
}
