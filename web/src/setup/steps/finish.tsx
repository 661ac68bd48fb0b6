// All questions are answered: what comes of it, and the start. The pages of the site then take the place of this one.
import { useSignal } from '@preact/signals';
import { request } from '../../site/api';
import { ErrorNote, Form } from '../../site/components';
import { hideName, t } from '../../site/messages';
import { errorMessage } from '../../site/toast';
import { client, firstOpen, setup, shown } from '../api';

const POLL_MS = 1000;
/** Milliseconds: a busy machine loads slowly. */
const START_TIMEOUT_MS = 180_000;

const pause = (milliseconds: number) => new Promise((done) => window.setTimeout(done, milliseconds));

/** Does the site answer at this address? The first run does not know what is asked. */
const siteAnswers = async (): Promise<boolean> => (await fetch('/api/login').catch(() => null))?.ok ?? false;

export function FinishStep() {
  const starting = useSignal(false);
  const problem = useSignal<string | null>(null);
  const answers = setup.value;
  const start = async () => {
    problem.value = null;
    try {
      await request<unknown>(client.POST('/api/setup/finish'));
    } catch (error) {
      problem.value = errorMessage(error);
      return;
    }
    starting.value = true;
    const until = Date.now() + START_TIMEOUT_MS;
    while (!(await siteAnswers())) {
      if (Date.now() > until) {
        problem.value = t('setupNotStarted');
        return;
      }
      await pause(POLL_MS);
    }
    location.assign('/');
  };
  if (!answers) return null;
  if (answers.open_steps.length) {
    return (
      <p>
        <button
          type="button"
          class="strong"
          onClick={() => {
            shown.value = firstOpen();
          }}
        >
          {t('setupMissing')}
        </button>
      </p>
    );
  }
  return (
    <>
      <dl class="summary">
        <dt>{t('site')}</dt>
        <dd>
          {answers.name}, {answers.timezone}
        </dd>
        <dt>{t('setupLogin')}</dt>
        <dd>{answers.account}</dd>
        <dt>{t('setup_disk')}</dt>
        <dd>{answers.folder}</dd>
        <dt>{t('cameras')}</dt>
        <dd>{answers.cameras.map(({ display_name }) => display_name).join(', ')}</dd>
        <dt>{t('hides')}</dt>
        <dd>{answers.hide?.map(hideName).join(', ')}</dd>
        <dt>{t('setup_retention')}</dt>
        <dd>{t('setupDays', { n: answers.retention?.days ?? '' })}</dd>
        <dt>{t('setup_notice')}</dt>
        <dd>{answers.notice ? answers.notice.controller : t('setupNoticeLater')}</dd>
        <dt>{t('setup_access')}</dt>
        <dd>
          {t(answers.network ? 'setupAccessNetwork' : 'setupAccessHere')}
          {answers.network && answers.addresses.map((address) => <div key={address}>{address}</div>)}
        </dd>
      </dl>
      <ErrorNote text={problem.value} />
      {starting.value ? (
        <p role="status">{problem.value ? '' : t('setupStarting')}</p>
      ) : (
        <Form onSubmit={start} button={t('setupStart')} label={t('setup_finish')}>
          <p class="quiet">{t('setupStartWhat', { name: answers.account ?? '' })}</p>
        </Form>
      )}
    </>
  );
}
