// How many are inside each place whose doors are all counted, with every correction told.
import { client, type Occupancy, request } from './api';
import { lazy } from './lazy';
import { t } from './messages';
import { useQuery } from './query';

const CountsChart = lazy(() => import('./counts_chart'));
const REFRESH_S = 30;

type Place = Occupancy['places'][number];

export function OccupancyCharts({ start, end }: { start: number; end: number }) {
  const query = useQuery(
    () =>
      request<Occupancy>(
        client.GET('/api/counts/occupancy', {
          params: { query: { start, end, every: end - start > 7200 ? 'quarter' : 'minute' } },
        }),
      ),
    [start, end],
    REFRESH_S,
  );
  const found = query.data.value;
  return (
    <>
      {found?.places.map((place) => (
        <PlaceChart key={place.name} place={place} step={found.step_s} />
      ))}
    </>
  );
}

function PlaceChart({ place, step }: { place: Place; step: number }) {
  const past = place.points.filter(({ start }) => start < Date.now() / 1000);
  const sum = (name: 'added' | 'removed') => past.reduce((total, point) => total + point[name], 0);
  const title = t('insideOf', { place: place.name });
  const inside = place.points.map(({ start, inside }) => (start < Date.now() / 1000 ? inside : null));
  return (
    <section class="card" aria-label={title}>
      <h3>{title}</h3>
      <p class="quiet small">
        {t('insideCorrected', { added: sum('added'), removed: sum('removed') })} {t('insideGrey')}
      </p>
      {past.some((point) => point.inside !== null && !point.complete) && <p class="note">{t('insideIncomplete')}</p>}
      <CountsChart
        times={place.points.map(({ start }) => start)}
        step={step}
        series={[{ label: t('insideNow'), values: inside }]}
        label={t('chartOf', { what: title })}
      />
    </section>
  );
}
