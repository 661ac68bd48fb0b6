// The audit log, for auditors: its entries, and whether they are intact.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { client, type LogCheck, type AuditLogPage as LogPage, request } from '../api';
import { detailsText } from '../audit_details';
import { Field, Form, Page, Select } from '../components';
import { formatDateTime } from '../datetime';
import { actionName, actorName, flawText, t } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { loadTitles } from '../titles';
import { withErrors } from '../toast';

const ACTIONS = [
  'viewed',
  'export_requested',
  'export_completed',
  'export_downloaded',
  'approved',
  'rejected',
  'changed',
  'camera_checked',
  'log_verified',
  'login',
  'login_failed',
  'logout',
  'access_denied',
  'recordings_deleted',
  'counts_deleted',
];
const PAGE_ROWS = 100;
const MICROSECONDS = 1e6;

type Row = LogPage['rows'][number];

export default function AuditLogPage() {
  useEffect(() => void loadTitles(), []);
  const [action, who] = [useSignal(''), useSignal('')];
  /** For each page that was turned: the number before which it begins. */
  const pages = useSignal<number[]>([]);
  const query = useQuery(() => {
    const parameters = {
      action: action.value || undefined,
      actor: who.value || undefined,
      before: pages.value.at(-1),
      limit: PAGE_ROWS,
    };
    return request<LogPage>(client.GET('/api/audit-log', { params: { query: parameters } }));
  }, [action.value, who.value, pages.value]);
  const log = query.data.value;
  const showNewer = () => {
    pages.value = pages.value.slice(0, -1);
  };
  const showOlder = () => {
    pages.value = [...pages.value, log?.rows.at(-1)?.number ?? 1];
  };
  return (
    <Page title={t('auditLog')}>
      <IntegrityCheck />
      <div class="filters">
        <Select
          label={t('action')}
          value={action.value}
          emptyText={t('all')}
          options={ACTIONS.map((option) => [option, actionName(option)])}
          onChange={(option) => {
            action.value = option;
            pages.value = [];
          }}
        />
        <label>
          {t('who')}
          <input
            value={who.value}
            onChange={(event) => {
              who.value = event.currentTarget.value.trim();
              pages.value = [];
            }}
          />
        </label>
        <button type="button" onClick={() => void query.refresh()}>
          {t('reload')}
        </button>
      </div>
      <QueryStatus query={query} />
      {log?.rows.length === 0 && <p>{t('noRows')}</p>}
      {log?.rows.some(({ entry }) => !entry.trusted) && <p class="quiet small">{t('clockQuestion')}</p>}
      <LogTable rows={log?.rows ?? []} />
      <div class="buttons">
        <button
          type="button"
          disabled={!pages.value.length}
          title={pages.value.length ? undefined : t('latestShown')}
          onClick={showNewer}
        >
          {t('newer')}
        </button>
        <button
          type="button"
          disabled={!log?.has_more}
          title={log?.has_more ? undefined : t('oldestShown')}
          onClick={showOlder}
        >
          {t('older')}
        </button>
      </div>
    </Page>
  );
}

function LogTable({ rows }: { rows: readonly Row[] }) {
  return (
    <table class="stack log">
      <thead>
        <tr>
          <th class="number">{t('number')}</th>
          <th>{t('time')}</th>
          <th>{t('who')}</th>
          <th>{t('action')}</th>
          <th>{t('details')}</th>
          <th>{t('purposeOf')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ number, entry }) => (
          <tr key={number}>
            <td class="number" data-label={t('number')}>
              {number}
            </td>
            <td class="nowrap" data-label={t('time')}>
              <span>
                {formatDateTime(entry.wall / MICROSECONDS)}
                {!entry.trusted && <abbr title={t('timeUncertain')}>?</abbr>}
              </span>
            </td>
            <td data-label={t('who')}>{actorName(entry.actor)}</td>
            <td data-label={t('action')}>{actionName(entry.action)}</td>
            <td data-label={t('details')}>{detailsText(entry.details)}</td>
            <td data-label={t('purposeOf')}>{entry.purpose ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function IntegrityCheck() {
  const result = useSignal<LogCheck | null>(null);
  const head = useSignal('');
  const submit = () =>
    withErrors(async () => {
      result.value = null;
      const query = { head: head.value.trim() || undefined };
      result.value = await request<LogCheck>(client.GET('/api/audit-log/check', { params: { query } }));
    });
  return (
    <section class="card" aria-label={t('verifyLog')}>
      <p>{t('verifyLogWhy')}</p>
      <Form onSubmit={submit} button={t('verifyLog')} label={t('verifyLog')}>
        <Field label={t('earlierHead')} hint={t('optional')} value={head} maxLength={100} autocomplete="off" />
      </Form>
      {result.value && <CheckResult result={result.value} />}
    </section>
  );
}

function CheckResult({ result: { flaws, rows, head } }: { result: LogCheck }) {
  return (
    <div role="status">
      <p class={flaws.length ? 'bad' : 'good'} id="checked">
        <b>{flaws.length ? t('logDamaged', { n: flaws.length }) : t('logIntact', { n: rows })}</b>
      </p>
      <ul>
        {flaws.map(({ kind, first, last }) => (
          <li key={`${kind} ${first}`} class="bad">
            {flawText(kind, { first, last })}
          </li>
        ))}
      </ul>
      <p>
        {t('headNow')} <span class="secret">{head}</span>
      </p>
    </div>
  );
}
