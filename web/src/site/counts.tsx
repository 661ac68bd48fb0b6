// Counts as charts: an hour, a day, a week, a month. What was not watched is a gap.
import { useSignal } from '@preact/signals';
import { lazy } from './lazy';
import { ask, type CountsTold, client, type Every, type Series } from './api';
import { sortName, t } from './messages';
import { Choice, Page, Problem, Select, useAsked, Waiting } from './parts';
import { go, route } from './route';
import { moment } from './times';

const Chart = lazy(() => import('./chart'));

const PERIODS = ['hour', 'day', 'week', 'month'] as const;
type Period = (typeof PERIODS)[number];
const EVERY: Record<Period, Every> = { hour: 'minute', day: 'quarter', week: 'hour', month: 'day' };
const MEASURES = ['came', 'mean', 'most'] as const;
type Measure = (typeof MEASURES)[number];

/** The period that `at` lies in, begun when it begins where one lives. */
export function bounds(period: Period, at: number, by = 0): [number, number] {
  const date = new Date(at * 1000);
  const [year, month, day, hour] = [date.getFullYear(), date.getMonth(), date.getDate(), date.getHours()];
  const monday = day - ((date.getDay() + 6) % 7);
  const edge = (n: number): number => {
    if (period === 'hour') return new Date(year, month, day, hour + n).getTime() / 1000;
    if (period === 'day') return new Date(year, month, day + n).getTime() / 1000;
    if (period === 'week') return new Date(year, month, monday + 7 * n).getTime() / 1000;
    return new Date(year, month + n, 1).getTime() / 1000;
  };
  return [edge(by), edge(by + 1)];
}

export default function CountsPage() {
  const query = route.value.query;
  const camera = query.get('camera') ?? '';
  const period = useSignal<Period>('day');
  const measure = useSignal<Measure>('came');
  const at = useSignal(Date.now() / 1000);
  const table = useSignal(false);
  const [start, end] = bounds(period.value, at.value);
  const every = EVERY[period.value];
  const asked = useAsked(() => ask<CountsTold>(client.GET('/api/counts', { params: { query: { start, end, every } } })), [start, end, every], 30);
  const told = asked.value.value;
  const cameras = [...new Set((told?.series ?? []).map((one) => one.camera))];
  const places = grouped((told?.series ?? []).filter((one) => !camera || one.camera === camera));
  const exported = new URLSearchParams({ start: String(start), end: String(end), every, ...(camera ? { camera } : {}) });
  const step = (by: number) => (at.value = bounds(period.value, at.value, by)[0]);
  return (
    <Page
      title={t('counts')}
      tools={
        <a class="button" href={`/api/counts/table.csv?${exported}`} download={`counts-${moment(start).slice(0, 10)}.csv`}>
          {t('exportTable')}
        </a>
      }
    >
      <div class="filters">
        <Choice label={t('period')} value={period.value} options={PERIODS} name={(one) => t(`period_${one}`)} choose={(one) => (period.value = one)} />
        <span class="buttons">
          <button type="button" aria-label={t('before')} onClick={() => step(-1)}>‹</button>
          <b class="nowrap">{moment(start).slice(0, period.value === 'hour' ? 16 : 10)}</b>
          <button type="button" aria-label={t('after')} disabled={end > Date.now() / 1000} onClick={() => step(1)}>›</button>
          <button type="button" onClick={() => (at.value = Date.now() / 1000)}>{t('now')}</button>
        </span>
        <Select label={t('camera')} value={camera} none={t('all')} options={cameras.map((one) => [one, one])} choose={(one) => go('counts', '', one ? { camera: one } : {})} />
        <Choice label={t('measure')} value={measure.value} options={MEASURES} name={(one) => t(`measure_${one}`)} choose={(one) => (measure.value = one)} />
        <button type="button" aria-pressed={table.value} onClick={() => (table.value = !table.value)}>{t('asTable')}</button>
      </div>
      {!told ? <Waiting asked={asked} /> : <Problem text={asked.problem.value} />}
      {told && !places.length && <p>{t('nothingCounted')}</p>}
      {told && places.length > 0 && <p class="quiet small">{t('gapsGrey')}</p>}
      {told && places.map(([key, series]) => <Place key={key} series={series} step={told.step} measure={measure.value} table={table.value} />)}
    </Page>
  );
}

function grouped(series: readonly Series[]): [string, Series[]][] {
  const found = new Map<string, Series[]>();
  for (const one of series) {
    const key = `${one.camera} · ${one.place}`;
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return [...found.entries()];
}

function Place({ series, step, measure, table }: { series: Series[]; step: number; measure: Measure; table: boolean }) {
  const first = series[0] as Series;
  const times = first.points.map((point) => point.start);
  const drawn = series.flatMap((one) => {
    const sort = sortName(one.sort);
    if (one.what === 'line')
      return (['forward', 'back'] as const).map((way) => ({ label: `${sort}, ${t(way)}`, values: one.points.map((point) => point[way] ?? null) }));
    return [{ label: `${sort}, ${t(`measure_${measure}`)}`, values: one.points.map((point) => point[measure] ?? null) }];
  });
  const watched = first.points.reduce((sum, point) => sum + point.covered, 0);
  const past = first.points.filter((point) => point.start < Date.now() / 1000).length * step;
  const title = `${first.camera} · ${first.place === 'picture' ? t('wholePicture') : first.place}`;
  return (
    <section class="card" aria-label={title}>
      <h3>{title}</h3>
      <p class="quiet small">
        {t(first.what === 'line' ? 'crossings' : 'zone')} · {t('watchedShare', { percent: past ? Math.min(100, Math.round((100 * watched) / past)) : 0 })} ·{' '}
        {drawn.map((one) => (measure === 'came' || first.what === 'line' ? `${one.label}: ${one.values.reduce<number>((sum, value) => sum + (value ?? 0), 0)}` : one.label)).join(' · ')}
      </p>
      {table ? (
        <div class="scroll" tabIndex={0} role="region" aria-label={title}>
          <table>
            <thead>
              <tr>
                <th>{t('from')}</th>
                {drawn.map((one) => (
                  <th key={one.label} class="number">{one.label}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((time, n) => (
                <tr key={time}>
                  <td class="nowrap">{moment(time).slice(0, 16)}</td>
                  {drawn.map((one) => (
                    <td key={one.label} class="number">{one.values[n] ?? (time > Date.now() / 1000 ? '' : t('notWatched'))}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <Chart times={times} step={step} series={drawn} label={t('chartOf', { what: title })} />
      )}
    </section>
  );
}
