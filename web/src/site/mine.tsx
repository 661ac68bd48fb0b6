// One's own account: password, second factor, what one is here for.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { encode } from 'uqr';
import { ask, client, type Factor } from './api';
import { roleName, t } from './messages';
import { attempt, Field, Form, Page } from './parts';
import { enter, leave, may, me, state } from './session';
import { moment } from './times';

export default function MinePage() {
  const who = me.value;
  const purpose = useSignal(who?.purpose ?? '');
  if (!who) return null;
  return (
    <Page title={t('myAccount')}>
      <div class="columns">
        <section class="card">
          <h3>{who.name}</h3>
          <dl>
            <dt>{t('role')}</dt>
            <dd>{roleName(who.role)}: {t(`does_${who.role}`)}</dd>
            <dt>{t('sessionEnds')}</dt>
            <dd>{moment(who.expires)}</dd>
            <dt>{t('version')}</dt>
            <dd>{who.version}</dd>
          </dl>
          <Form submit={() => attempt(() => state(purpose.value), t('done'))} button={t('save')} label={t('purpose')} strong={false}>
            <Field label={t('purpose')} hint={t('purposeHint')} value={purpose.value} set={(text) => (purpose.value = text)} required minLength={3} maxLength={200} />
          </Form>
        </section>
        {who.by === 'password' && may('enter') && <Password />}
        {who.by === 'password' && <SecondFactor has={who.totp} />}
        {who.by === 'token' && <p class="note">{t('byToken')}</p>}
      </div>
    </Page>
  );
}

/** Before anything else: a password of one's own, where somebody else gave it; a second factor, where all have one. */
export function OwingPage({ what }: { what: 'password' | 'factor' }) {
  useEffect(() => {
    document.title = `${t(what === 'password' ? 'changePassword' : 'secondFactor')} · passerby`;
  }, [what]);
  return (
    <main class="enter" id="main">
      <h1>{me.value?.site ?? 'passerby'}</h1>
      <p class="note">{t(what === 'password' ? 'owesPassword' : 'owesFactor')}</p>
      {what === 'password' ? <Password /> : <SecondFactor has={false} />}
      <p>
        <button type="button" onClick={() => void leave()}>{t('logOut')}</button>
      </p>
    </main>
  );
}

function Password() {
  const [old, next, again] = [useSignal(''), useSignal(''), useSignal('')];
  const submit = async () => {
    const done = await attempt(() => ask<unknown>(client.PUT('/api/own/password', { body: { old: old.value, new: next.value } })), t('passwordChanged'));
    if (done) await enter();
  };
  return (
    <section class="card">
      <h3>{t('changePassword')}</h3>
      <Form submit={submit} button={t('changePassword')} label={t('changePassword')} disabled={!next.value || next.value !== again.value}>
        <Field label={t('oldPassword')} type="password" value={old.value} set={(text) => (old.value = text)} autocomplete="current-password" required />
        <Field label={t('newPassword')} hint={t('passwordHint', { n: 12 })} type="password" value={next.value} set={(text) => (next.value = text)} autocomplete="new-password" required />
        <Field label={t('newPasswordAgain')} type="password" value={again.value} set={(text) => (again.value = text)} autocomplete="new-password" required />
      </Form>
      <p class="quiet small">{t('endsSessions')}</p>
    </section>
  );
}

function SecondFactor({ has }: { has: boolean }) {
  const [password, code] = [useSignal(''), useSignal('')];
  const factor = useSignal<Factor | null>(null);
  const begin = () =>
    attempt(async () => {
      factor.value = await ask<Factor>(client.POST('/api/own/factor', { body: { password: password.value } }));
    });
  const finish = async () => {
    const body = { password: password.value, secret: factor.value?.secret ?? '', code: code.value };
    if (await attempt(() => ask<unknown>(client.PUT('/api/own/factor', { body })), t('factorSet'))) await enter();
  };
  const remove = async () => {
    if (await attempt(() => ask<unknown>(client.POST('/api/own/factor/remove', { body: { password: password.value } })), t('done'))) await enter();
  };
  return (
    <section class="card">
      <h3>
        {t('secondFactor')} <span class={`badge ${has ? 'good' : ''}`}>{t(has ? 'isSet' : 'notSet')}</span>
      </h3>
      <p>{t('factorWhat')}</p>
      {!factor.value ? (
        <Form submit={has ? remove : begin} button={t(has ? 'takeFactor' : 'setFactor')} label={t('secondFactor')}>
          <Field label={t('password')} type="password" value={password.value} set={(text) => (password.value = text)} autocomplete="current-password" required />
        </Form>
      ) : (
        <Form submit={finish} button={t('confirmFactor')} label={t('secondFactor')}>
          <p>{t('scan')}</p>
          <Qr text={factor.value.address} />
          <p class="secret">{factor.value.secret}</p>
          <Field id="new-code" label={t('code')} hint={t('codeHint')} value={code.value} set={(text) => (code.value = text)} autocomplete="one-time-code" inputMode="numeric" required />
        </Form>
      )}
    </section>
  );
}

function Qr({ text }: { text: string }) {
  const { data, size } = encode(text, { border: 1 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t('qr')} shape-rendering="crispEdges">
      <path d={path} fill="#000" />
    </svg>
  );
}
