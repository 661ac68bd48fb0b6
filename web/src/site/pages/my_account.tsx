// One's own account: password, second factor, and the reason for this visit.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { encode } from 'uqr';
import { client, request, type SecondFactor } from '../api';
import { Field, Form, Page, Select } from '../components';
import { formatDateTime } from '../datetime';
import { LANGUAGE_NAMES, storedLanguage, storeLanguage } from '../language';
import { roleName, t } from '../messages';
import { OwnNotifications } from '../own_notifications';
import { MIN_PASSWORD_LENGTH } from '../password_policy';
import { can, loadSession, logOut, session, setPurpose } from '../session';
import { withErrors } from '../toast';
import { PurposeField } from './login';

export default function MyAccountPage() {
  const current = session.value;
  const purpose = useSignal(current?.purpose ?? '');
  if (!current) return null;
  return (
    <Page title={t('myAccount')}>
      <div class="columns">
        <section class="card">
          <h3>{current.name}</h3>
          <dl>
            <dt>{t('role')}</dt>
            <dd>
              {roleName(current.role)}: {t(`does_${current.role}`)}
            </dd>
            <dt>{t('sessionEnds')}</dt>
            <dd>{formatDateTime(current.expires_at)}</dd>
            <dt>{t('version')}</dt>
            <dd>{current.version}</dd>
          </dl>
          <Form
            onSubmit={() => withErrors(() => setPurpose(purpose.value), t('done'))}
            button={t('save')}
            label={t('purpose')}
            strong={false}
          >
            <PurposeField purpose={purpose} />
          </Form>
          {!can('view_fleet_health') && <LanguageChoice />}
        </section>
        {current.method === 'password' && can('login') && <PasswordCard />}
        {current.method === 'password' && <SecondFactorCard isSet={current.has_totp} />}
        {current.method === 'token' && <p class="note">{t('byToken')}</p>}
      </div>
      {current.method !== 'token' && can('view_status') && <OwnNotifications />}
    </Page>
  );
}

/** Of the account, in whichever browser, and of its notifications. Of a session without an account: of this browser. */
function LanguageChoice() {
  const ofAccount = session.value?.method !== 'token';
  const choose = async (code: string) => {
    const body = { language: (code || null) as 'en' | 'de' | null };
    const put = () => request<unknown>(client.PUT('/api/me/language', { body }));
    if (ofAccount && !(await withErrors(put))) return;
    storeLanguage(code);
    location.reload();
  };
  return (
    <Select
      label={t(ofAccount ? 'languageOfAccount' : 'language')}
      value={(ofAccount ? session.value?.language : storedLanguage()) ?? ''}
      emptyText={t('languageOfBrowser')}
      options={LANGUAGE_NAMES}
      onChange={(code) => void choose(code)}
    />
  );
}

/** Before anything else: a password of one's own in place of a temporary one; a second factor, where the site wants one. */
export function RequiredSetupPage({ what }: { what: 'password' | 'totp' }) {
  const isPassword = what === 'password';
  useEffect(() => {
    document.title = `${t(isPassword ? 'changePassword' : 'secondFactor')} · passerby`;
  }, [isPassword]);
  return (
    <main class="enter" id="main">
      <h1>{session.value?.site ?? 'passerby'}</h1>
      <p class="note">{t(isPassword ? 'mustChangePassword' : 'mustSetFactor')}</p>
      {isPassword ? <PasswordCard /> : <SecondFactorCard isSet={false} />}
      <p>
        <button type="button" onClick={() => void logOut()}>
          {t('logOut')}
        </button>
      </p>
    </main>
  );
}

function PasswordCard() {
  const [old, next, repeated] = [useSignal(''), useSignal(''), useSignal('')];
  const submit = async () => {
    const body = { old: old.value, new: next.value };
    const changed = await withErrors(
      () => request<unknown>(client.PUT('/api/me/password', { body })),
      t('passwordChanged'),
    );
    if (changed) await loadSession();
  };
  return (
    <section class="card">
      <h3>{t('changePassword')}</h3>
      <Form
        onSubmit={submit}
        button={t('changePassword')}
        label={t('changePassword')}
        disabled={!next.value || next.value !== repeated.value}
        why={t('passwordsDiffer')}
      >
        <CurrentPassword label={t('currentPassword')} value={old} />
        <Field
          label={t('newPassword')}
          hint={t('passwordHint', { n: MIN_PASSWORD_LENGTH })}
          type="password"
          value={next}
          autocomplete="new-password"
          required
        />
        <Field label={t('newPasswordAgain')} type="password" value={repeated} autocomplete="new-password" required />
      </Form>
      <p class="quiet small">{t('endsSessions')}</p>
    </section>
  );
}

function CurrentPassword({ label, value }: { label: string; value: Signal<string> }) {
  return <Field label={label} type="password" value={value} autocomplete="current-password" required />;
}

function SecondFactorCard({ isSet }: { isSet: boolean }) {
  const [password, code] = [useSignal(''), useSignal('')];
  const factor = useSignal<SecondFactor | null>(null);
  const begin = () =>
    withErrors(async () => {
      const body = { password: password.value };
      factor.value = await request<SecondFactor>(client.POST('/api/me/totp', { body }));
    });
  const confirm = async () => {
    const body = { password: password.value, secret: factor.value?.secret ?? '', code: code.value };
    const put = () => request<unknown>(client.PUT('/api/me/totp', { body }));
    if (await withErrors(put, t('factorSet'))) await loadSession();
  };
  const remove = async () => {
    const body = { password: password.value };
    const post = () => request<unknown>(client.POST('/api/me/totp/remove', { body }));
    if (await withErrors(post, t('done'))) await loadSession();
  };
  return (
    <section class="card">
      <h3>
        {t('secondFactor')} <span class={`badge ${isSet ? 'good' : ''}`}>{t(isSet ? 'isSet' : 'notSet')}</span>
      </h3>
      <p>{t('factorWhat')}</p>
      {factor.value ? (
        <Form onSubmit={confirm} button={t('confirmFactor')} label={t('secondFactor')}>
          <p>{t('scan')}</p>
          <QrCode text={factor.value.uri} />
          <p class="secret">{factor.value.secret}</p>
          <Field
            id="new-code"
            label={t('code')}
            hint={t('codeHint')}
            value={code}
            autocomplete="one-time-code"
            inputMode="numeric"
            required
          />
        </Form>
      ) : (
        <Form
          onSubmit={isSet ? remove : begin}
          button={t(isSet ? 'removeFactor' : 'setFactor')}
          label={t('secondFactor')}
        >
          <CurrentPassword label={t('password')} value={password} />
        </Form>
      )}
    </section>
  );
}

function QrCode({ text }: { text: string }) {
  const { data, size } = encode(text, { border: 1 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t('qrCode')} shape-rendering="crispEdges">
      <path d={path} fill="#000" />
    </svg>
  );
}
