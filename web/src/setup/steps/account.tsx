// The first account. It is an administrator, and makes those of others later.
import { useSignal } from '@preact/signals';
import { Field, Form } from '../../site/components';
import { t } from '../../site/messages';
import { MIN_PASSWORD_LENGTH } from '../../site/password_policy';
import { answer, client, problem, setup, shown } from '../api';

export function AccountStep() {
  const kept = setup.value?.account ?? null;
  const [name, password, again] = [useSignal(kept ?? ''), useSignal(''), useSignal('')];
  const submit = async () => {
    problem.value = password.value === again.value ? null : t('setupPasswordsDiffer');
    if (problem.value) return;
    await answer('account', client.PUT('/api/setup/account', { body: { name: name.value, password: password.value } }));
  };
  return (
    <>
      {kept && (
        <p class="note">
          {t('setupAccountKept', { name: kept })}{' '}
          <button
            type="button"
            onClick={() => {
              shown.value = 'disk';
            }}
          >
            {t('setupKeep')}
          </button>
        </p>
      )}
      <Form onSubmit={submit} button={t('continue')} label={t('setup_account')}>
        <p>{t('setupAccountWhat')}</p>
        <Field
          id="account-name"
          label={t('setupLogin')}
          hint={t('setupLoginHint')}
          value={name}
          autocomplete="username"
          required
          maxLength={64}
        />
        <Field
          label={t('password')}
          hint={t('setupPasswordHint', { n: MIN_PASSWORD_LENGTH })}
          type="password"
          value={password}
          autocomplete="new-password"
          required
          minLength={MIN_PASSWORD_LENGTH}
        />
        <Field
          label={t('setupPasswordAgain')}
          type="password"
          value={again}
          autocomplete="new-password"
          required
          minLength={MIN_PASSWORD_LENGTH}
        />
      </Form>
    </>
  );
}
