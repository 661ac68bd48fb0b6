// How the accounts of a site can be notified. It is written into site.yaml; passwords are stored apart from it.
import { useSignal } from '@preact/signals';
import { client, request, type SiteNotifications as Settings } from './api';
import { Checkbox, Field, Form, Select } from './components';
import { LANGUAGE_NAMES } from './language';
import { t } from './messages';
import { QueryStatus, useQuery } from './query';
import { withErrors } from './toast';

type Security = 'starttls' | 'tls' | 'none';
const PORTS: Record<Security, string> = { starttls: '587', tls: '465', none: '25' };
const securityOptions = (): [string, string][] => [
  ['starttls', t('mailSecurity_starttls')],
  ['tls', t('mailSecurity_tls')],
  ['none', t('mailSecurity_none')],
];

export function SiteNotifications({ onSaved }: { onSaved: () => void }) {
  const query = useQuery(() => request<Settings>(client.GET('/api/settings/notifications')), []);
  const settings = query.data.value;
  return (
    <section class="card" aria-labelledby="site-notifications">
      <h3 id="site-notifications">{t('notifications')}</h3>
      <p class="quiet">{t('notifySettingsNote')}</p>
      <QueryStatus query={query} />
      {!!settings?.failing && <p class="note bad">{t('notifyFailing', { n: settings.failing })}</p>}
      {settings && <SettingsForm key={settings.revision} settings={settings} onSaved={onSaved} />}
    </section>
  );
}

function SettingsForm({ settings, onSaved }: { settings: Settings; onSaved: () => void }) {
  const { mail, ntfy } = settings;
  const useMail = useSignal(!!mail);
  const host = useSignal(mail?.host ?? '');
  const security = useSignal<Security>(mail?.security ?? 'starttls');
  const port = useSignal(String(mail?.port ?? PORTS.starttls));
  const user = useSignal(mail?.user ?? '');
  const [password, forgetPassword] = [useSignal(''), useSignal(false)];
  const sender = useSignal(mail?.sender ?? '');
  const usePush = useSignal(settings.push_contact !== null);
  const contact = useSignal(settings.push_contact ?? '');
  const useNtfy = useSignal(!!ntfy);
  const server = useSignal(ntfy?.server ?? 'https://');
  const [token, forgetToken] = [useSignal(''), useSignal(false)];
  const hosts = useSignal(settings.webhook_hosts.join('\n'));
  const thumbnails = useSignal(settings.thumbnails);
  const address = useSignal(settings.address ?? '');
  const language = useSignal<string>(settings.language);
  const entered = (value: string, forget: boolean) => (forget ? '' : value || null);
  const submit = () =>
    withErrors(async () => {
      const body = {
        revision: settings.revision,
        mail: useMail.value
          ? {
              host: host.value.trim(),
              port: Number(port.value),
              security: security.value,
              user: user.value.trim() || null,
              password: entered(password.value, forgetPassword.value),
              sender: sender.value.trim(),
            }
          : null,
        push_contact: usePush.value ? contact.value.trim() : null,
        ntfy: useNtfy.value
          ? { server: server.value.trim().replace(/\/+$/, ''), token: entered(token.value, forgetToken.value) }
          : null,
        webhook_hosts: hosts.value.split(/[\s,]+/).filter(Boolean),
        thumbnails: thumbnails.value,
        address: address.value.trim().replace(/\/+$/, '') || null,
        language: language.value as Settings['language'],
      };
      await request<Settings>(client.PUT('/api/settings/notifications', { body }));
      onSaved();
    }, t('savedApplied'));
  return (
    <Form onSubmit={submit} button={t('save')} label={t('notifications')}>
      <div class="columns">
        <fieldset>
          <legend>{t('useMail')}</legend>
          <Switch label={t('useMail')} value={useMail} />
          {useMail.value && (
            <>
              <Field label={t('mailHost')} value={host} required maxLength={253} />
              <Select
                label={t('mailSecurity')}
                value={security.value}
                options={securityOptions()}
                onChange={(value) => {
                  if (port.value === PORTS[security.value]) port.value = PORTS[value as Security];
                  security.value = value as Security;
                }}
              />
              <Field label={t('mailPort')} type="number" min="1" value={port} required />
              <Field label={t('mailUser')} hint={t('mailUserHint')} value={user} autocomplete="off" maxLength={200} />
              <SecretField
                label={t('mailPassword')}
                value={password}
                stored={!!mail?.has_password}
                forget={forgetPassword}
              />
              <Field label={t('mailSender')} type="email" value={sender} required maxLength={254} />
              <Switch label={t('allowThumbnails')} value={thumbnails} />
              <p class="quiet small">{t('allowThumbnailsNote')}</p>
            </>
          )}
        </fieldset>
        <fieldset>
          <legend>{t('usePush')}</legend>
          <Switch label={t('usePush')} value={usePush} />
          <p class="quiet small">{t('pushNote')}</p>
          {usePush.value && (
            <Field label={t('pushContact')} hint={t('pushContactHint')} type="email" value={contact} required />
          )}
        </fieldset>
        <fieldset>
          <legend>{t('useNtfy')}</legend>
          <Switch label={t('useNtfy')} value={useNtfy} />
          {useNtfy.value && (
            <>
              <Field label={t('ntfyServer')} type="url" value={server} required />
              <SecretField label={t('ntfyToken')} value={token} stored={!!ntfy?.has_token} forget={forgetToken} />
            </>
          )}
        </fieldset>
        <fieldset>
          <legend>{t('channel_webhook')}</legend>
          <label>
            {t('webhookHosts')}
            <small class="quiet"> {t('webhookHostsHint')}</small>
            <textarea
              rows={3}
              value={hosts.value}
              onInput={(event) => {
                hosts.value = event.currentTarget.value;
              }}
            />
          </label>
        </fieldset>
        <fieldset>
          <legend>{t('notifications')}</legend>
          <Field label={t('linkAddress')} hint={t('linkAddressHint')} type="url" value={address} />
          <Select
            label={t('defaultLanguage')}
            value={language.value}
            options={LANGUAGE_NAMES}
            onChange={(code) => {
              language.value = code;
            }}
          />
        </fieldset>
      </div>
    </Form>
  );
}

interface SwitchProps {
  label: string;
  value: { value: boolean };
}

function Switch({ label, value }: SwitchProps) {
  return (
    <Checkbox
      label={label}
      checked={value.value}
      onChange={(on) => {
        value.value = on;
      }}
    />
  );
}

interface SecretFieldProps {
  label: string;
  value: ReturnType<typeof useSignal<string>>;
  stored: boolean;
  forget: { value: boolean };
}

/** What is stored is never shown: it is left alone, replaced or forgotten. */
function SecretField({ label, value, stored, forget }: SecretFieldProps) {
  return (
    <>
      <Field
        label={label}
        hint={stored ? t('secretStored') : undefined}
        type="password"
        value={value as never}
        autocomplete="new-password"
        disabled={forget.value}
      />
      {stored && <Switch label={t('secretForget')} value={forget} />}
    </>
  );
}
