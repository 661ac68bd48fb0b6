// All sites in one table, those first that need a person, and where they are to each other.
import { request } from '../api';
import { Page } from '../components';
import { formatDateTime, formatMinute } from '../datetime';
import { QueryStatus, useQuery } from '../query';
import { pageUrl } from '../route';
import { type FleetSite, type FleetSites, fleetClient } from './api';
import { f, problemName } from './messages';

const INTERVAL_S = 15;
/** Of the plan, and of a site on it. */
const PLAN_WIDTH = 600;
const PLAN_HEIGHT = 360;
const DOT = 9;

export default function FleetSitesPage() {
  const query = useQuery(() => request<FleetSites>(fleetClient.GET('/api/fleet/sites')), [], INTERVAL_S);
  const fleet = query.data.value;
  const wrong = fleet?.sites.filter(({ problems }) => problems.length).length ?? 0;
  return (
    <Page title={f('allSites')}>
      <QueryStatus query={query} />
      {fleet && fleet.sites.length === 0 && <p>{f('sitesNone')}</p>}
      {fleet && fleet.sites.length > 0 && (
        <>
          <p>{f('sitesSummary', { n: fleet.sites.length, wrong, version: fleet.current_version })}</p>
          <SitesTable sites={fleet.sites} />
          <Plan sites={fleet.sites} />
        </>
      )}
    </Page>
  );
}

function SitesTable({ sites }: { sites: readonly FleetSite[] }) {
  return (
    <table class="stack">
      <thead>
        <tr>
          {(
            [
              'site',
              'problems',
              'lastMessage',
              'camerasUp',
              'covered',
              'diskDays',
              'backlog',
              'newestMinute',
              'version',
            ] as const
          ).map((name) => (
            <th key={name}>{f(name)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sites.map((site) => (
          <SiteRow key={site.name} site={site} />
        ))}
      </tbody>
    </table>
  );
}

function SiteRow({ site }: { site: FleetSite }) {
  const silent = site.received === null;
  return (
    <tr>
      <td data-label={f('site')}>
        <a href={pageUrl('site', site.name)}>{site.display_name}</a>
      </td>
      <td data-label={f('problems')}>
        {site.problems.length ? <Problems site={site} /> : <span class="quiet">{f('nothingWrong')}</span>}
      </td>
      <td class="nowrap" data-label={f('lastMessage')}>
        {silent ? f('never') : formatDateTime(site.received ?? 0)}
      </td>
      <td data-label={f('camerasUp')}>
        {silent ? '–' : f('camerasUpOf', { up: site.cameras_up ?? 0, all: site.cameras ?? 0 })}
      </td>
      <td data-label={f('covered')}>{silent ? '–' : `${(100 * (site.covered ?? 0)).toFixed(1)} %`}</td>
      <td data-label={f('diskDays')}>{silent ? '–' : diskText(site.disk_days)}</td>
      <td data-label={f('backlog')}>{site.backlog ?? '–'}</td>
      <td class="nowrap" data-label={f('newestMinute')}>
        {site.newest_minute === null ? '–' : formatMinute(site.newest_minute)}
      </td>
      <td data-label={f('version')}>{site.version ?? '–'}</td>
    </tr>
  );
}

const diskText = (days: number | null): string => (days === null ? f('notFilling') : f('days', { n: days.toFixed(1) }));

function Problems({ site }: { site: FleetSite }) {
  return (
    <span class="buttons">
      {site.problems.map((kind) => (
        <span key={kind} class="badge wrong">
          {problemName(kind)}
        </span>
      ))}
    </span>
  );
}

/** A picture of what the table says: positions are relative, and there is no map below them. */
function Plan({ sites }: { sites: readonly FleetSite[] }) {
  const placed = sites.filter(({ x, y }) => x !== null && y !== null);
  if (!placed.length) return null;
  const [width, height] = [PLAN_WIDTH - 160, PLAN_HEIGHT - 60];
  return (
    <section class="card">
      <h3>{f('plan')}</h3>
      <p class="quiet small">{f('planNote')}</p>
      <svg class="fleet-plan" viewBox={`0 0 ${PLAN_WIDTH} ${PLAN_HEIGHT}`} role="img" aria-label={f('planLabel')}>
        {placed.map((site) => (
          <g key={site.name} transform={`translate(${30 + (site.x ?? 0) * width} ${30 + (site.y ?? 0) * height})`}>
            {site.problems.length ? (
              <path class="wrong" d={`M 0 ${-DOT} L ${DOT} ${DOT} L ${-DOT} ${DOT} Z`} />
            ) : (
              <circle class="good" r={DOT} />
            )}
            <text x={DOT + 6} y="5">
              {site.display_name}
            </text>
          </g>
        ))}
      </svg>
    </section>
  );
}
