// Accounts, changes that wait for an auditor, open sessions, and how long recordings are kept.
import { useSignal } from '@preact/signals';
import {
  type Account,
  type AccountChange,
  type AccountOutcome,
  type Approval,
  client,
  type OpenSession,
  type Retention,
  type Role,
  request,
} from '../api';
import { Checkbox, Dialog, Field, Form, Page, Select } from '../components';
import { formatDateTime, formatDuration } from '../datetime';
import { actorName, roleName, stageName, t } from '../messages';
import { MIN_PASSWORD_LENGTH } from '../password_policy';
import { QueryStatus, useQuery } from '../query';
import { can, session } from '../session';
import { toast, withErrors } from '../toast';

const ROLES: Role[] = ['viewer', 'operator', 'administrator', 'auditor'];
const APPROVALS_INTERVAL_S = 10;
const SESSIONS_INTERVAL_S = 15;

type Refresh = () => Promise<void>;

export default function AccountsPage() {
  const accounts = useQuery(() => request<Account[]>(client.GET('/api/accounts')), []);
  const approvals = useQuery(() => request<Approval[]>(client.GET('/api/approvals')), [], APPROVALS_INTERVAL_S);
  const edited = useSignal<Account | null>(null);
  const adding = useSignal(false);
  const close = () => {
    edited.value = null;
    adding.value = false;
  };
  const refresh = async () => {
    close();
    await Promise.all([accounts.refresh(), approvals.refresh()]);
  };
  const manages = can('manage_accounts');
  const open = () => {
    adding.value = true;
  };
  return (
    <Page
      title={t('accounts')}
      tools={
        manages && (
          <button type="button" class="strong" onClick={open}>
            {t('addAccount')}
          </button>
        )
      }
    >
      <QueryStatus query={accounts} />
      {accounts.data.value?.length === 0 && <p>{t('noAccounts')}</p>}
      {!!accounts.data.value?.length && (
        <AccountTable
          accounts={accounts.data.value}
          edit={(account) => {
            edited.value = account;
          }}
        />
      )}
      <Approvals approvals={approvals.data.value ?? []} refresh={refresh} />
      <RetentionCard />
      {manages && <Sessions />}
      {adding.value && (
        <Dialog title={t('addAccount')} close={close}>
          <AddAccount refresh={refresh} />
        </Dialog>
      )}
      {edited.value && (
        <Dialog title={edited.value.name} close={close}>
          <EditAccount account={edited.value} refresh={refresh} />
        </Dialog>
      )}
    </Page>
  );
}

function AccountTable({ accounts, edit }: { accounts: readonly Account[]; edit: (account: Account) => void }) {
  return (
    <table class="stack">
      <thead>
        <tr>
          {(['name', 'role', 'loginMethods', 'state', 'changed'] as const).map((column) => (
            <th key={column}>{t(column)}</th>
          ))}
          <th />
        </tr>
      </thead>
      <tbody>
        {accounts.map((account) => (
          <tr key={account.name}>
            <td data-label={t('name')}>
              <b>{account.name}</b>
            </td>
            <td data-label={t('role')}>{roleName(account.role)}</td>
            <td data-label={t('loginMethods')}>{loginMethods(account)}</td>
            <td data-label={t('state')}>
              <span class={`badge ${account.active ? 'good' : 'wrong'}`}>
                {t(account.active ? 'active' : 'locked')}
              </span>
            </td>
            <td data-label={t('changed')}>{formatDateTime(account.updated_at)}</td>
            <td>
              {can('manage_accounts') && (
                <button type="button" onClick={() => edit(account)}>
                  {t('edit')}
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const loginMethods = ({ has_password, has_totp, oidc }: Account): string =>
  [has_password && t('password'), has_totp && t('secondFactor'), oidc && `OpenID: ${oidc}`].filter(Boolean).join(', ');

/** A change is done, or an auditor has to approve it first. */
const toastOutcome = (outcome: AccountOutcome): void =>
  toast(outcome.approval === null ? t('done') : t('needsAuditor'));

function AddAccount({ refresh }: { refresh: Refresh }) {
  const [name, role, password, oidc] = [useSignal(''), useSignal<Role>('viewer'), useSignal(''), useSignal('')];
  const submit = () =>
    withErrors(async () => {
      const body = {
        name: name.value,
        role: role.value,
        password: password.value || null,
        oidc: oidc.value || null,
      };
      toastOutcome(await request<AccountOutcome>(client.POST('/api/accounts', { body })));
      await refresh();
    });
  return (
    <Form
      onSubmit={submit}
      button={t('addAccount')}
      label={t('addAccount')}
      disabled={!password.value === !oidc.value}
      why={t('passwordOrOidc')}
    >
      <Field id="account-name" label={t('name')} value={name} required maxLength={64} autocomplete="off" />
      <Select
        label={t('role')}
        value={role.value}
        options={ROLES.map((option) => [option, `${roleName(option)}: ${t(`does_${option}`)}`])}
        onChange={(option) => {
          role.value = option as Role;
        }}
      />
      <Field
        id="account-password"
        label={t('initialPassword')}
        hint={t('passwordHint', { n: MIN_PASSWORD_LENGTH })}
        type="password"
        value={password}
        autocomplete="new-password"
      />
      <Field label={t('oidcName')} hint={t('insteadOfPassword')} value={oidc} maxLength={200} autocomplete="off" />
    </Form>
  );
}

function EditAccount({ account, refresh }: { account: Account; refresh: Refresh }) {
  const [role, password, active] = [useSignal<Role>(account.role), useSignal(''), useSignal(account.active)];
  const path = { name: account.name };
  const send = (body: AccountChange) =>
    withErrors(async () => {
      toastOutcome(await request<AccountOutcome>(client.PUT('/api/accounts/{name}', { params: { path }, body })));
      await refresh();
    });
  const submit = () =>
    send({
      ...(role.value !== account.role ? { role: role.value } : {}),
      ...(active.value !== account.active ? { active: active.value } : {}),
      ...(password.value ? { password: password.value } : {}),
    } as AccountChange);
  const remove = () => {
    if (!confirm(t('removeAccountSure', { name: account.name }))) return;
    void withErrors(async () => {
      toastOutcome(await request<AccountOutcome>(client.DELETE('/api/accounts/{name}', { params: { path } })));
      await refresh();
    });
  };
  return (
    <>
      <p class="quiet">{t('changeEnds')}</p>
      <Form onSubmit={submit} button={t('save')} label={t('edit')}>
        <Select
          label={t('role')}
          value={role.value}
          options={ROLES.map((option) => [option, roleName(option)])}
          onChange={(option) => {
            role.value = option as Role;
          }}
        />
        <Field
          label={t('newPassword')}
          hint={t('emptyUnchanged')}
          type="password"
          value={password}
          autocomplete="new-password"
        />
        <Checkbox
          label={t('canLogIn')}
          checked={active.value}
          onChange={(checked) => {
            active.value = checked;
          }}
        />
      </Form>
      <div class="buttons">
        {account.has_totp && (
          <button type="button" onClick={() => void send({ totp: false } as AccountChange)}>
            {t('removeFactor')}
          </button>
        )}
        {account.name !== session.value?.name && (
          <button type="button" onClick={remove}>
            {t('removeAccount')}
          </button>
        )}
      </div>
    </>
  );
}

function Approvals({ approvals, refresh }: { approvals: readonly Approval[]; refresh: Refresh }) {
  const decide = (id: number, decision: 'approve' | 'reject') =>
    void withErrors(async () => {
      await request<unknown>(client.POST(`/api/approvals/{id}/${decision}`, { params: { path: { id } } }));
      await refresh();
    });
  if (!approvals.length) return null;
  return (
    <section aria-label={t('approvals')}>
      <h3>{t('approvals')}</h3>
      <div class="cards">
        {approvals.map((approval) => (
          <div class="card" key={approval.id}>
            <b>{approval.name}</b>: {approval.summary} <span class="badge">{stageName(approval.state)}</span>
            <p class="quiet small">{history(approval)}</p>
            {approval.state === 'pending' && can('set_retention_limit') && (
              <div class="buttons">
                <button type="button" class="strong" onClick={() => decide(approval.id, 'approve')}>
                  {t('approve')}
                </button>
                <button type="button" onClick={() => decide(approval.id, 'reject')}>
                  {t('reject')}
                </button>
              </div>
            )}
          </div>
        ))}
      </div>
    </section>
  );
}

function history({ requested_by, requested_at, purpose, decided_by, decided_at }: Approval): string {
  const requested = `${t('requestedBy')} ${actorName(requested_by)}, ${formatDateTime(requested_at)}: ${purpose}`;
  return decided_by ? `${requested} · ${actorName(decided_by)}, ${formatDateTime(decided_at ?? 0)}` : requested;
}

function Sessions() {
  const query = useQuery(() => request<OpenSession[]>(client.GET('/api/sessions')), [], SESSIONS_INTERVAL_S);
  const end = (id: number) =>
    void withErrors(async () => {
      await request<unknown>(client.DELETE('/api/sessions/{id}', { params: { path: { id } } }));
      await query.refresh();
    }, t('sessionEnded'));
  return (
    <section aria-label={t('sessions')}>
      <h3>{t('sessions')}</h3>
      <QueryStatus query={query} />
      <table class="stack">
        <thead>
          <tr>
            {(['name', 'role', 'purposeOf', 'began', 'lastUsed'] as const).map((column) => (
              <th key={column}>{t(column)}</th>
            ))}
            <th />
          </tr>
        </thead>
        <tbody>
          {query.data.value?.map((open) => (
            <tr key={open.id}>
              <td data-label={t('name')}>
                <b>{open.name}</b> {open.current && <span class="quiet">{t('thisSession')}</span>}
              </td>
              <td data-label={t('role')}>{roleName(open.role)}</td>
              <td data-label={t('purposeOf')}>{open.purpose ?? '–'}</td>
              <td data-label={t('began')}>{formatDateTime(open.created_at)}</td>
              <td data-label={t('lastUsed')}>
                {t('ago', { span: formatDuration(Date.now() / 1000 - open.last_used_at) })}
              </td>
              <td>
                {!open.current && (
                  <button type="button" onClick={() => end(open.id)}>
                    {t('endSession')}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function RetentionCard() {
  const query = useQuery(() => request<Retention>(client.GET('/api/retention')), []);
  const retention = query.data.value;
  if (!retention) return <QueryStatus query={query} />;
  const daysText = (days: number | null) => (days == null ? t('noLimit') : t('days', { n: days }));
  return (
    <section class="card" aria-label={t('retention')}>
      <h3>{t('retention')}</h3>
      <dl>
        <dt>{t('limitInFile')}</dt>
        <dd>{daysText(retention.configured)}</dd>
        <dt>{t('retentionLimit')}</dt>
        <dd>
          {daysText(retention.limit)}
          {retention.set_by && `, ${retention.set_by}, ${formatDateTime(retention.set_at ?? 0)}`}
        </dd>
        <dt>{t('limitInEffect')}</dt>
        <dd>
          <b>{daysText(retention.effective)}</b>
        </dd>
        {Object.entries(retention.oldest).map(([camera, time]) => (
          <>
            <dt>{t('oldestOf', { camera })}</dt>
            <dd>{formatDateTime(time)}</dd>
          </>
        ))}
      </dl>
      <LimitForm
        key={String(retention.limit)}
        limit={retention.limit}
        onSaved={(saved) => {
          query.data.value = saved;
        }}
      />
    </section>
  );
}

function LimitForm({ limit, onSaved }: { limit: number | null; onSaved: (saved: Retention) => void }) {
  const days = useSignal(limit == null ? '' : String(limit));
  const submit = () =>
    withErrors(async () => {
      const body = { days: days.value ? Number(days.value) : null };
      onSaved(await request<Retention>(client.PUT('/api/retention/limit', { body })));
    }, t('done'));
  return (
    <Form onSubmit={submit} button={t('setLimit')} strong={false} label={t('retentionLimit')}>
      <Field
        label={t('newLimit')}
        hint={t(can('set_retention_limit') ? 'emptyNoLimit' : 'onlyLower')}
        type="number"
        min="0.01"
        step="any"
        value={days}
      />
    </Form>
  );
}
