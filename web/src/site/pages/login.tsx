// Login with name and password, a code where the account has a second factor, or single sign-on; and the reason for it.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError, client, type Login, request } from '../api';
import { ErrorNote, Field, Form } from '../components';
import { t } from '../messages';
import { loadSession, loginMethods, logOut, session, setPurpose } from '../session';
import { errorMessage, withErrors } from '../toast';

/** The server's limits for a reason. */
export const PURPOSE_LENGTH = { minLength: 3, maxLength: 200 };

export function LoginPage() {
  const [name, password, code, purpose] = [useSignal(''), useSignal(''), useSignal(''), useSignal('')];
  const codeWanted = useSignal(false);
  const problem = useSignal<string | null>(null);
  useEffect(() => {
    document.title = `${t('logIn')} · passerby`;
  }, []);
  const submit = async () => {
    problem.value = null;
    const body: Login = {
      name: name.value,
      password: password.value,
      purpose: purpose.value,
      code: code.value || null,
    };
    try {
      await request<unknown>(client.POST('/api/login', { body }));
      password.value = code.value = '';
      await loadSession();
    } catch (error) {
      const needsCode = error instanceof ApiError && error.needs === 'code';
      if (!needsCode || codeWanted.value) problem.value = errorMessage(error);
      if (!needsCode) return;
      codeWanted.value = true;
      window.setTimeout(() => document.getElementById('code')?.focus(), 50);
    }
  };
  const methods = loginMethods.value;
  return (
    <main class="enter" id="main">
      <h1>{methods?.site ?? 'passerby'}</h1>
      <h2>{t('logIn')}</h2>
      <ErrorNote text={problem.value ?? (methods ? null : t('unreachable'))} />
      {methods?.password && (
        <Form onSubmit={submit} button={t('logIn')} label={t('logIn')}>
          <Field label={t('name')} value={name} autocomplete="username" required />
          <Field label={t('password')} value={password} type="password" autocomplete="current-password" required />
          {codeWanted.value && (
            <Field
              id="code"
              label={t('code')}
              hint={t('codeHint')}
              value={code}
              autocomplete="one-time-code"
              inputMode="numeric"
              required
            />
          )}
          <PurposeField purpose={purpose} />
        </Form>
      )}
      {methods?.oidc && (
        <p>
          <span class="quiet small">{t('purposeFirst')}</span>
          <br />
          <button
            type="button"
            disabled={purpose.value.trim().length < PURPOSE_LENGTH.minLength}
            title={purpose.value.trim().length < PURPOSE_LENGTH.minLength ? t('purposeTooShort') : undefined}
            onClick={() => location.assign(`${methods.oidc_url}?${new URLSearchParams({ purpose: purpose.value })}`)}
          >
            {t('logInWith', { provider: methods.oidc })}
          </button>
        </p>
      )}
      <p class="quiet small">{t('logInNote')}</p>
    </main>
  );
}

export function PurposeField({ purpose, id }: { purpose: Signal<string>; id?: string }) {
  return (
    <Field
      {...(id ? { id } : {})}
      {...PURPOSE_LENGTH}
      label={t('purpose')}
      hint={t('purposeHint')}
      value={purpose}
      required
    />
  );
}

/** Whoever logged in without a reason gives it now: nothing is shown before. */
export function PurposePage() {
  const purpose = useSignal('');
  useEffect(() => {
    document.title = `${t('purposeTitle')} · passerby`;
  }, []);
  return (
    <main class="enter" id="main">
      <h1>{session.value?.site ?? 'passerby'}</h1>
      <h2>{t('purposeTitle')}</h2>
      <p>{t('purposeWhy')}</p>
      <Form
        onSubmit={() => withErrors(() => setPurpose(purpose.value))}
        button={t('continue')}
        label={t('purposeTitle')}
      >
        <PurposeField id="purpose" purpose={purpose} />
      </Form>
      <p>
        <button type="button" onClick={() => void logOut()}>
          {t('logOut')}
        </button>
      </p>
    </main>
  );
}
