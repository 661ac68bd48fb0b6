// Accounts, what waits for an auditor, who is logged in, and for how long recordings may stay.
import { useSignal } from '@preact/signals';
import { type AccountChange, type AccountTold, ask, client, type OpenSession, type Outcome, type RetentionTold, type Role, type WaitingTold } from './api';
import { roleName, stageName, t, whoName } from './messages';
import { attempt, Dialog, Field, Form, Page, Problem, say, Select, useAsked, Waiting } from './parts';
import { may, me } from './session';
import { moment, span } from './times';

const ROLES: Role[] = ['viewer', 'operator', 'administrator', 'auditor'];
const SHORTEST = 12;

export default function AccountsPage() {
  const asked = useAsked(() => ask<AccountTold[]>(client.GET('/api/accounts')), []);
  const waiting = useAsked(() => ask<WaitingTold[]>(client.GET('/api/waiting')), [], 10);
  const edited = useSignal<AccountTold | null>(null);
  const adding = useSignal(false);
  const again = async () => {
    edited.value = null;
    adding.value = false;
    await Promise.all([asked.again(), waiting.again()]);
  };
  const changes = may('people');
  return (
    <Page
      title={t('accounts')}
      tools={
        changes && (
          <button type="button" class="strong" onClick={() => (adding.value = true)}>
            {t('addAccount')}
          </button>
        )
      }
    >
      {!asked.value.value ? <Waiting asked={asked} /> : <Problem text={asked.problem.value} />}
      {asked.value.value?.length === 0 && <p>{t('noAccounts')}</p>}
      {!!asked.value.value?.length && (
        <table class="stack">
          <thead>
            <tr>
              {(['name', 'role', 'waysIn', 'state', 'changed'] as const).map((one) => (
                <th key={one}>{t(one)}</th>
              ))}
              <th />
            </tr>
          </thead>
          <tbody>
            {asked.value.value.map((one) => (
              <tr key={one.name}>
                <td data-label={t('name')}><b>{one.name}</b></td>
                <td data-label={t('role')}>{roleName(one.role)}</td>
                <td data-label={t('waysIn')}>{[one.password && t('password'), one.totp && t('secondFactor'), one.oidc && `OpenID: ${one.oidc}`].filter(Boolean).join(', ')}</td>
                <td data-label={t('state')}><span class={`badge ${one.active ? 'good' : 'wrong'}`}>{t(one.active ? 'active' : 'locked')}</span></td>
                <td data-label={t('changed')}>{moment(one.changed)}</td>
                <td>{changes && <button type="button" onClick={() => (edited.value = one)}>{t('change')}</button>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <WaitingList listed={waiting.value.value ?? []} again={again} />
      <Retention />
      {changes && <Sessions />}
      {adding.value && (
        <Dialog title={t('addAccount')} close={() => (adding.value = false)}>
          <Add again={again} />
        </Dialog>
      )}
      {edited.value && (
        <Dialog title={edited.value.name} close={() => (edited.value = null)}>
          <Change account={edited.value} again={again} />
        </Dialog>
      )}
    </Page>
  );
}

const outcome = (told: Outcome): void => say(told.waiting === null ? t('done') : t('waitsForAuditor'));

function Add({ again }: { again: () => Promise<void> }) {
  const [name, role, password, oidc] = [useSignal(''), useSignal<Role>('viewer'), useSignal(''), useSignal('')];
  const submit = () =>
    attempt(async () => {
      const body = { name: name.value, role: role.value, password: password.value || null, oidc: oidc.value || null };
      outcome(await ask<Outcome>(client.POST('/api/accounts', { body })));
      await again();
    });
  return (
    <Form submit={submit} button={t('addAccount')} label={t('addAccount')} disabled={!password.value === !oidc.value}>
      <Field id="account-name" label={t('name')} value={name.value} set={(text) => (name.value = text)} required maxLength={64} autocomplete="off" />
      <Select label={t('role')} value={role.value} options={ROLES.map((one) => [one, `${roleName(one)}: ${t(`does_${one}`)}`])} choose={(one) => (role.value = one as Role)} />
      <Field id="account-password" label={t('firstPassword')} hint={t('passwordHint', { n: SHORTEST })} type="password" value={password.value} set={(text) => (password.value = text)} autocomplete="new-password" />
      <Field label={t('oidcName')} hint={t('insteadOfPassword')} value={oidc.value} set={(text) => (oidc.value = text)} maxLength={200} autocomplete="off" />
    </Form>
  );
}

function Change({ account, again }: { account: AccountTold; again: () => Promise<void> }) {
  const [role, password, active] = [useSignal<Role>(account.role), useSignal(''), useSignal(account.active)];
  const path = { name: account.name };
  const send = (body: AccountChange) =>
    attempt(async () => {
      outcome(await ask<Outcome>(client.PUT('/api/accounts/{name}', { params: { path }, body })));
      await again();
    });
  const submit = () =>
    send({
      ...(role.value !== account.role ? { role: role.value } : {}),
      ...(active.value !== account.active ? { active: active.value } : {}),
      ...(password.value ? { password: password.value } : {}),
    } as AccountChange);
  const remove = () =>
    confirm(t('removeAccountSure', { name: account.name })) &&
    void attempt(async () => {
      outcome(await ask<Outcome>(client.DELETE('/api/accounts/{name}', { params: { path } })));
      await again();
    });
  return (
    <>
      <p class="quiet">{t('changeEnds')}</p>
      <Form submit={submit} button={t('save')} label={t('change')}>
        <Select label={t('role')} value={role.value} options={ROLES.map((one) => [one, roleName(one)])} choose={(one) => (role.value = one as Role)} />
        <Field label={t('newPassword')} hint={t('emptyAsIs')} type="password" value={password.value} set={(text) => (password.value = text)} autocomplete="new-password" />
        <label class="line">
          <input type="checkbox" checked={active.value} onChange={(event) => (active.value = event.currentTarget.checked)} />
          {t('mayLogIn')}
        </label>
      </Form>
      <div class="buttons">
        {account.totp && <button type="button" onClick={() => void send({ totp: false } as AccountChange)}>{t('takeFactor')}</button>}
        {account.name !== me.value?.name && <button type="button" onClick={remove}>{t('removeAccount')}</button>}
      </div>
    </>
  );
}

function WaitingList({ listed, again }: { listed: WaitingTold[]; again: () => Promise<void> }) {
  const decide = (id: number, what: 'agree' | 'refuse') =>
    void attempt(async () => {
      await ask<unknown>(client.POST(what === 'agree' ? '/api/waiting/{id}/agree' : '/api/waiting/{id}/refuse', { params: { path: { id } } }));
      await again();
    });
  if (!listed.length) return null;
  return (
    <section aria-label={t('auditorsDecide')}>
      <h3>{t('auditorsDecide')}</h3>
      <div class="cards">
        {listed.map((one) => (
          <div class="card" key={one.id}>
            <b>{one.name}</b>: {one.what} <span class="badge">{stageName(one.state)}</span>
            <p class="quiet small">
              {`${t('askedBy')} ${whoName(one.who)}, ${moment(one.asked)}: ${one.purpose}`}
              {one.by && ` · ${whoName(one.by)}, ${moment(one.decided ?? 0)}`}
            </p>
            {one.state === 'waiting' && may('ceiling') && (
              <div class="buttons">
                <button type="button" class="strong" onClick={() => decide(one.id, 'agree')}>{t('agree')}</button>
                <button type="button" onClick={() => decide(one.id, 'refuse')}>{t('refuse')}</button>
              </div>
            )}
          </div>
        ))}
      </div>
    </section>
  );
}

function Sessions() {
  const asked = useAsked(() => ask<OpenSession[]>(client.GET('/api/sessions')), [], 15);
  const end = (id: number) =>
    void attempt(async () => {
      await ask<unknown>(client.DELETE('/api/sessions/{id}', { params: { path: { id } } }));
      await asked.again();
    }, t('ended'));
  return (
    <section aria-label={t('sessions')}>
      <h3>{t('sessions')}</h3>
      {!asked.value.value ? <Waiting asked={asked} /> : <Problem text={asked.problem.value} />}
      <table class="stack">
        <thead>
          <tr>
            {(['name', 'role', 'purposeOf', 'began', 'lastUsed'] as const).map((one) => (
              <th key={one}>{t(one)}</th>
            ))}
            <th />
          </tr>
        </thead>
        <tbody>
          {asked.value.value?.map((one) => (
            <tr key={one.id}>
              <td data-label={t('name')}><b>{one.name}</b> {one.own && <span class="quiet">{t('thisOne')}</span>}</td>
              <td data-label={t('role')}>{roleName(one.role)}</td>
              <td data-label={t('purposeOf')}>{one.purpose ?? '–'}</td>
              <td data-label={t('began')}>{moment(one.began)}</td>
              <td data-label={t('lastUsed')}>{t('ago', { span: span(Date.now() / 1000 - one.used) })}</td>
              <td>{!one.own && <button type="button" onClick={() => end(one.id)}>{t('end')}</button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Retention() {
  const asked = useAsked(() => ask<RetentionTold>(client.GET('/api/retention')), []);
  const days = useSignal<string | null>(null);
  const told = asked.value.value;
  if (!told) return <Waiting asked={asked} />;
  const shown = days.value ?? (told.ceiling == null ? '' : String(told.ceiling));
  const named = (value: number | null) => (value == null ? t('noLimit') : t('days', { n: value }));
  const submit = () =>
    attempt(async () => {
      asked.value.value = await ask<RetentionTold>(client.PUT('/api/retention/ceiling', { body: { days: shown ? Number(shown) : null } }));
      days.value = null;
    }, t('done'));
  return (
    <section class="card" aria-label={t('keeping')}>
      <h3>{t('keeping')}</h3>
      <dl>
        <dt>{t('fileWants')}</dt>
        <dd>{named(told.wanted)}</dd>
        <dt>{t('ceiling')}</dt>
        <dd>{named(told.ceiling)}{told.set_by && `, ${told.set_by}, ${moment(told.set_at ?? 0)}`}</dd>
        <dt>{t('holds')}</dt>
        <dd><b>{named(told.holds)}</b></dd>
        {Object.entries(told.oldest).map(([camera, at]) => (
          <>
            <dt>{t('oldestOf', { camera })}</dt>
            <dd>{moment(at)}</dd>
          </>
        ))}
      </dl>
      <Form submit={submit} button={t('setCeiling')} strong={false} label={t('ceiling')}>
        <Field label={t('newCeiling')} hint={t(may('ceiling') ? 'emptyNoLimit' : 'onlyLower')} type="number" min="0.01" step="any" value={shown} set={(text) => (days.value = text)} />
      </Form>
    </section>
  );
}
