// The ways in: name and password, a code where the account has one, another site's word; and what one is here for.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask, client, type Login, Refusal } from './api';
import { t } from './messages';
import { attempt, Field, Form, Problem } from './parts';
import { enter, leave, me, state, ways } from './session';

/** Is what they are here for long enough to mean anything? The server has the last word. */
const PURPOSE = 3;

export function LoginPage() {
  const [name, password, code, purpose] = [useSignal(''), useSignal(''), useSignal(''), useSignal('')];
  const wantsCode = useSignal(false);
  const problem = useSignal<string | null>(null);
  useEffect(() => {
    document.title = `${t('logIn')} · passerby`;
  }, []);
  const submit = async () => {
    problem.value = null;
    const body: Login = { name: name.value, password: password.value, purpose: purpose.value, code: code.value || null };
    try {
      await ask<unknown>(client.POST('/api/login', { body }));
      password.value = code.value = '';
      await enter();
    } catch (error) {
      if (error instanceof Refusal && error.needs === 'code') {
        if (wantsCode.value) problem.value = error.message;
        wantsCode.value = true;
        window.setTimeout(() => document.getElementById('code')?.focus(), 50);
      } else problem.value = error instanceof Refusal ? error.message : t('unreachable');
    }
  };
  const told = ways.value;
  return (
    <main class="enter" id="main">
      <h1>{told?.site ?? 'passerby'}</h1>
      <h2>{t('logIn')}</h2>
      <Problem text={problem.value ?? (told ? null : t('unreachable'))} />
      {told?.password && (
        <Form submit={submit} button={t('logIn')} label={t('logIn')}>
          <Field label={t('name')} value={name.value} set={(text) => (name.value = text)} autocomplete="username" required />
          <Field label={t('password')} value={password.value} set={(text) => (password.value = text)} type="password" autocomplete="current-password" required />
          {wantsCode.value && <Field id="code" label={t('code')} hint={t('codeHint')} value={code.value} set={(text) => (code.value = text)} autocomplete="one-time-code" inputMode="numeric" required />}
          <Field label={t('purpose')} hint={t('purposeHint')} value={purpose.value} set={(text) => (purpose.value = text)} required minLength={PURPOSE} maxLength={200} />
        </Form>
      )}
      {told?.oidc && (
        <p>
          <span class="quiet small">{t('sayFirst')}</span>
          <br />
          <button type="button" disabled={purpose.value.trim().length < PURPOSE} onClick={() => location.assign(`${told.leave}?${new URLSearchParams({ purpose: purpose.value })}`)}>
            {t('logInWith', { who: told.oidc })}
          </button>
        </p>
      )}
      <p class="quiet small">{t('logInNote')}</p>
    </main>
  );
}

/** Whoever came in without saying what for says it now: nothing is shown before. */
export function PurposePage() {
  const purpose = useSignal('');
  useEffect(() => {
    document.title = `${t('purpose')} · passerby`;
  }, []);
  return (
    <main class="enter" id="main">
      <h1>{me.value?.site ?? 'passerby'}</h1>
      <h2>{t('purposeTitle')}</h2>
      <p>{t('purposeWhy')}</p>
      <Form submit={() => attempt(() => state(purpose.value))} button={t('goOn')} label={t('purposeTitle')}>
        <Field id="purpose" label={t('purpose')} hint={t('purposeHint')} value={purpose.value} set={(text) => (purpose.value = text)} required minLength={PURPOSE} maxLength={200} />
      </Form>
      <p>
        <button type="button" onClick={() => void leave()}>{t('logOut')}</button>
      </p>
    </main>
  );
}
