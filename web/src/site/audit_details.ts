// What an entry of the audit log was about, in people's words: what they call cameras and zones, in the language of the page.
import { formatBytes, formatDateTime } from './datetime';
import { actorName, detailName, t, valueName } from './messages';
import { cameraTitle, placeTitle } from './titles';

const MICROSECONDS = 1e6;
const MILLISECONDS = 1e3;
/** Details whose values are times: microseconds of Unix time. */
const TIMES = ['start', 'end'];
/** Whoever did something, as in the log. */
const ACTORS = ['requested_by', 'approved_by', 'session_of'];

type Details = Record<string, unknown>;

/** Name and value pairs. */
export function detailsText(details: Details, camera = String(details.camera ?? '')): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      const text = fieldText(name, value, camera);
      return name === 'files' ? text : `${fieldName(name)} ${text}`;
    })
    .join(', ');
}

/** `cameras.yard.max_fps` is what people call the camera, and the setting. */
function fieldName(name: string): string {
  const [block = '', ...rest] = name.split('.');
  if (!rest.length) return detailName(block);
  const setting = rest.slice(-1).map(detailName).join('');
  return `${block === 'cameras' ? cameraTitle(rest[0] ?? '') : detailName(block)}: ${setting}`;
}

function fieldText(name: string, value: unknown, camera: string): string {
  if (TIMES.includes(name) && typeof value === 'number') return formatDateTime(value / MICROSECONDS);
  if (name === 'requested_in') return t('row', { n: String(value) });
  if (name === 'files' && Array.isArray(value)) return value.map(fileText).join('; ');
  if (Array.isArray(value)) {
    return value.length ? value.map((one) => fieldText(name, one, camera)).join(', ') : t('none');
  }
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
  if (typeof value === 'object' && value !== null) return `(${detailsText(value as Details, camera)})`;
  if (value === null || value === '') return t('none');
  return typeof value === 'string' ? textOf(name, value, camera) : String(value);
}

function textOf(name: string, value: string, camera: string): string {
  if (ACTORS.includes(name)) return actorName(value);
  if (name === 'camera') return cameraTitle(value);
  if (['zones', 'lines', 'location', 'zone', 'line'].includes(name)) return placeTitle(camera, value);
  if (name === 'rules') return ruleTitle(camera, value);
  if (name === 'event') return eventText(value);
  return ['name', 'host', 'address', 'head', 'version', 'hosts', 'boot', 'url', 'user'].includes(name)
    ? value
    : valueName(value);
}

/** A rule has the name of what it is about, with a number where there are several; others have that of their kind. */
function ruleTitle(camera: string, rule: string): string {
  const about = rule.replace(/-\d+$/, '');
  const title = placeTitle(camera, about);
  return title === about ? valueName(rule) : title;
}

/** `yard/somebody/1700000000000`: camera, rule, and when. */
function eventText(id: string): string {
  const [where = '', rule = '', when = ''] = id.split('/');
  const of = where === 'site' ? t('siteItself') : cameraTitle(where);
  const time = Number(when) / MILLISECONDS;
  return `${of}, ${ruleTitle(where, rule)}${Number.isFinite(time) && time > 0 ? `, ${formatDateTime(time)}` : ''}`;
}

const fileText = (file: Record<string, string | number>): string =>
  t('fileOf', { ...file, bytes: formatBytes(Number(file.bytes)) });
