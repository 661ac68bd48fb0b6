// The log of what was done, for auditors: what it says, and whether it is whole.
import { useSignal } from '@preact/signals';
import { ask, type CheckTold, client, type LogTold } from './api';
import { deedName, onName, t } from './messages';
import { attempt, Field, Form, Page, Problem, Select, useAsked, Waiting } from './parts';
import { bytes, moment } from './times';

const DEEDS = ['viewed', 'export', 'exported', 'taken', 'agreed', 'refused', 'deleted', 'login', 'login_refused', 'logout', 'changed', 'tried', 'checked'];
const PAGE = 100;

export default function LogPage() {
  const [what, who] = [useSignal(''), useSignal('')];
  const before = useSignal<number[]>([]);
  const asked = useAsked(
    () => ask<LogTold>(client.GET('/api/log', { params: { query: { what: what.value || undefined, who: who.value || undefined, before: before.value.at(-1), most: PAGE } } })),
    [what.value, who.value, before.value],
  );
  const told = asked.value.value;
  const sift = (set: () => void) => {
    set();
    before.value = [];
  };
  return (
    <Page title={t('log')}>
      <Check />
      <div class="filters">
        <Select label={t('deed')} value={what.value} none={t('all')} options={DEEDS.map((one) => [one, deedName(one)])} choose={(one) => sift(() => (what.value = one))} />
        <label>
          {t('who')}
          <input value={who.value} onChange={(event) => sift(() => (who.value = event.currentTarget.value.trim()))} />
        </label>
        <button type="button" onClick={() => void asked.again()}>{t('loadAgain')}</button>
      </div>
      {!told ? <Waiting asked={asked} /> : <Problem text={asked.problem.value} />}
      {told?.rows.length === 0 && <p>{t('noRows')}</p>}
      {told?.rows.some(({ entry }) => !entry.trusted) && <p class="quiet small">{t('clockQuestion')}</p>}
      <table class="stack log">
        <thead>
          <tr>
            <th class="number">{t('number')}</th>
            <th>{t('time')}</th>
            <th>{t('who')}</th>
            <th>{t('deed')}</th>
            <th>{t('on')}</th>
            <th>{t('purposeOf')}</th>
          </tr>
        </thead>
        <tbody>
          {told?.rows.map(({ number, entry }) => (
            <tr key={number}>
              <td class="number" data-label={t('number')}>{number}</td>
              <td class="nowrap" data-label={t('time')}><span>{moment(entry.wall / 1e6)}{!entry.trusted && <abbr title={t('clockNotTrusted')}>?</abbr>}</span></td>
              <td data-label={t('who')}>{entry.who}</td>
              <td data-label={t('deed')}>{deedName(entry.what)}</td>
              <td data-label={t('on')}>{spelled(entry.on)}</td>
              <td data-label={t('purposeOf')}>{entry.purpose ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div class="buttons">
        <button type="button" disabled={!before.value.length} onClick={() => (before.value = before.value.slice(0, -1))}>{t('newer')}</button>
        <button type="button" disabled={!told?.more} onClick={() => (before.value = [...before.value, told?.rows.at(-1)?.number ?? 1])}>{t('older')}</button>
      </div>
    </Page>
  );
}

/** Times in it are microseconds. */
function spelled(on: Record<string, unknown>): string {
  const told = (name: string, value: unknown): string => {
    if (['begins', 'ends'].includes(name) && typeof value === 'number') return moment(value / 1e6);
    if (name === 'asked_in') return t('row', { n: String(value) });
    if (name === 'files' && Array.isArray(value)) return value.map((one: Record<string, string | number>) => t('fileOf', { ...one, bytes: bytes(Number(one.bytes)) })).join('; ');
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  };
  return Object.entries(on)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => name === 'files' ? told(name, value) : `${onName(name)} ${told(name, value)}`)
    .join(', ');
}

function Check() {
  const found = useSignal<CheckTold | null>(null);
  const head = useSignal('');
  const submit = () =>
    attempt(async () => {
      found.value = null;
      found.value = await ask<CheckTold>(client.GET('/api/log/check', { params: { query: { head: head.value.trim() || undefined } } }));
    });
  const told = found.value;
  return (
    <section class="card" aria-label={t('checkLog')}>
      <p>{t('checkWhy')}</p>
      <Form submit={submit} button={t('checkLog')} label={t('checkLog')}>
        <Field label={t('headKept')} hint={t('optional')} value={head.value} set={(text) => (head.value = text)} maxLength={100} autocomplete="off" />
      </Form>
      {told && (
        <div role="status">
          <p class={told.flaws.length ? 'bad' : 'good'} id="checked">
            <b>{told.flaws.length ? t('logFlawed', { n: told.flaws.length }) : t('logWhole', { n: told.rows })}</b>
          </p>
          <ul>
            {told.flaws.map((flaw) => (
              <li key={`${flaw.what}${flaw.first}`} class="bad">{t('flaw', { what: flaw.what, first: flaw.first, last: flaw.last })}</li>
            ))}
          </ul>
          <p>
            {t('headNow')} <span class="secret">{told.head}</span>
          </p>
        </div>
      )}
    </section>
  );
}
