// How far lines and zones are off, where a person counted them too at their site.
import { request } from '../api';
import { formatDate } from '../datetime';
import { className } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { biasText } from '../validation_result';
import { fleetClient, type LineBias } from './api';
import { f } from './messages';

/** The server sends no more at once. */
const MAX_LISTED = 500;
const FORMS = [
  ['csv', 'CSV'],
  ['parquet', 'Parquet'],
] as const;

interface LineBiasesProps {
  site: readonly string[];
  camera: string;
  location: string;
  objectClass: string;
}

export function LineBiases({ site, camera, location, objectClass }: LineBiasesProps) {
  const chosen = {
    site: [...site],
    ...(objectClass ? { class: objectClass as never } : {}),
    ...(camera ? { camera } : {}),
    ...(location ? { location } : {}),
  };
  const query = useQuery(
    () => request<LineBias[]>(fleetClient.GET('/api/fleet/counts/bias', { params: { query: chosen } })),
    [site, camera, location, objectClass],
  );
  const found = query.data.value;
  const asked = new URLSearchParams(
    Object.entries(chosen).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)])),
  );
  return (
    <section class="card" aria-label={f('biasTitle')}>
      <h3>{f('biasTitle')}</h3>
      <QueryStatus query={query} />
      {found && !found.length && <p class="quiet small">{f('biasNone')}</p>}
      {found && found.length > 0 && (
        <>
          <Table lines={found} />
          <p class="buttons">
            {FORMS.map(([form, name]) => (
              <a
                key={form}
                class="button"
                href={`/api/fleet/counts/bias.${form}?${asked}`}
                download={`fleet-count-bias.${form}`}
              >
                {f('biasFile', { form: name })}
              </a>
            ))}
          </p>
        </>
      )}
    </section>
  );
}

function Table({ lines }: { lines: LineBias[] }) {
  return (
    <>
      <p class="quiet small">{f('biasNote')}</p>
      {lines.length >= MAX_LISTED && <p class="small">{f('biasCut', { n: lines.length })}</p>}
      <div class="scroll" tabIndex={0} role="region" aria-label={f('biasTitle')}>
        <table>
          <thead>
            <tr>
              <th>{f('site')}</th>
              <th>{f('line')}</th>
              <th>{f('result')}</th>
              <th>{f('checked')}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={`${line.site} ${line.camera} ${line.location_type} ${line.location} ${line.class}`}>
                <td>{line.display_name}</td>
                <td>
                  {f('biasLine', { location: line.location, camera: line.camera, objects: className(line.class) })}
                </td>
                <td>
                  {line.both ? biasText(line.both) : f('biasTooLittle')}
                  {line.keys > 1 && <div class="bad small">{f('biasKeys', { n: line.keys })}</div>}
                </td>
                <td class="nowrap">{f('biasSample', { n: line.counted, date: formatDate(line.finished) })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
