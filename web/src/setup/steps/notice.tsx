// The privacy notice for the people in front of the cameras. It can be written later.
import { useSignal } from '@preact/signals';
import { Field, Form } from '../../site/components';
import { type Text, t } from '../../site/messages';
import { answer, client, type Notice, setup } from '../api';

const BASES: Notice['basis'][] = [
  'legitimate_interests',
  'public_task',
  'legal_obligation',
  'consent',
  'contract',
  'vital_interests',
];
/** Those that need a reason: which interest, or which law. */
const WITH_GROUNDS: readonly string[] = ['legitimate_interests', 'public_task', 'legal_obligation'];
const LANGUAGES: Record<string, NonNullable<Notice['languages']>> = {
  en: ['en'],
  de: ['de'],
  en_de: ['en', 'de'],
  de_en: ['de', 'en'],
};

export function NoticeStep() {
  const kept = setup.value?.notice ?? null;
  const controller = useSignal(kept?.controller ?? '');
  const contact = useSignal(kept?.contact ?? '');
  const purpose = useSignal(kept?.purposes.join('\n') ?? '');
  const basis = useSignal<Notice['basis']>(kept?.basis ?? 'legitimate_interests');
  const grounds = useSignal(kept?.grounds ?? '');
  const officer = useSignal(kept?.officer ?? '');
  const language = useSignal(kept?.languages?.join('_') ?? document.documentElement.lang.slice(0, 2));
  const send = (notice: unknown) => answer('notice', client.PUT('/api/setup/notice', { body: { notice } as never }));
  const submit = () =>
    send({
      ...(kept ?? {}),
      controller: controller.value,
      contact: contact.value,
      purposes: purpose.value
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
      basis: basis.value,
      grounds: grounds.value.trim() || null,
      officer: officer.value.trim() || null,
      languages: LANGUAGES[language.value] ?? ['en'],
    });
  return (
    <>
      <Form onSubmit={submit} button={t('continue')} label={t('setup_notice')}>
        <p>{t('setupNoticeWhat')}</p>
        <Field
          id="controller"
          label={t('setupController')}
          hint={t('setupControllerHint')}
          value={controller}
          required
          maxLength={600}
        />
        <Field label={t('setupContact')} hint={t('setupContactHint')} value={contact} required maxLength={160} />
        <label>
          {t('setupPurposes')}
          <small class="quiet"> {t('setupPurposesHint')}</small>
          <textarea
            rows={2}
            required
            value={purpose.value}
            onInput={(event) => {
              purpose.value = event.currentTarget.value;
            }}
          />
        </label>
        <label>
          {t('setupBasis')}
          <select
            value={basis.value}
            onChange={(event) => {
              basis.value = event.currentTarget.value as Notice['basis'];
            }}
          >
            {BASES.map((one) => (
              <option key={one} value={one}>
                {t(`setupBasis_${one}` as Text)}
              </option>
            ))}
          </select>
        </label>
        {WITH_GROUNDS.includes(basis.value) && (
          <Field
            label={t(basis.value === 'legitimate_interests' ? 'setupInterest' : 'setupLaw')}
            value={grounds}
            required
            maxLength={600}
          />
        )}
        <Field label={t('setupOfficer')} hint={t('optional')} value={officer} maxLength={600} />
        <label>
          {t('setupNoticeLanguage')}
          <select
            value={language.value}
            onChange={(event) => {
              language.value = event.currentTarget.value;
            }}
          >
            {Object.entries(LANGUAGES).map(([key, codes]) => (
              <option key={key} value={key}>
                {codes.map((code) => t(`setupLanguage_${code}` as Text)).join(' + ')}
              </option>
            ))}
          </select>
        </label>
      </Form>
      <p>
        <button type="button" onClick={() => void send(null)}>
          {t('setupNoticeSkip')}
        </button>
        <br />
        <small class="quiet">{t('setupNoticeSkipHint')}</small>
      </p>
    </>
  );
}
