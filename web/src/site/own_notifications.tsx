// What one's own account is notified of, by which channels, and when not.
import { type Signal, useSignal } from '@preact/signals';
import {
  client,
  type NotificationChannel,
  type NotificationChannelState,
  type NotificationKind,
  type OwnNotifications as Own,
  request,
} from './api';
import { Field, Form } from './components';
import { formatDateTime } from './datetime';
import { languageCode } from './language';
import { channelName, notificationName, sendProblemText, t } from './messages';
import { canSubscribe, subscribe } from './push_subscription';
import { QueryStatus, useQuery } from './query';
import { pageUrl } from './route';
import { can, session } from './session';
import { toast, withErrors } from './toast';

/** So that what became of a test is seen. */
const INTERVAL_S = 3;

type Chosen = Partial<Record<NotificationKind, NotificationChannel[]>>;

export function OwnNotifications() {
  const query = useQuery(() => request<Own>(client.GET('/api/me/notifications')), [], INTERVAL_S);
  const own = query.data.value;
  const available = own?.channels.some((channel) => channel.available);
  return (
    <section class="card" aria-labelledby="notifications">
      <h3 id="notifications">{t('notifications')}</h3>
      <QueryStatus query={query} />
      {own && !available && <NothingSetUp />}
      {own && available && (
        <NotificationForm
          own={own}
          onSaved={(saved) => {
            query.data.value = saved;
          }}
        />
      )}
    </section>
  );
}

function NothingSetUp() {
  if (!can('edit_config')) return <p class="quiet">{t('notifyNone')}</p>;
  return (
    <p class="quiet">
      {t('notifyNoneAdmin')} <a href={pageUrl('settings')}>{t('settings')}</a>
    </p>
  );
}

function NotificationForm({ own, onSaved }: { own: Own; onSaved: (saved: Own) => void }) {
  const chosen = useSignal<Chosen>({ ...own.chosen } as Chosen);
  const [mail, topic] = [useSignal(own.mail_address ?? ''), useSignal(own.ntfy_topic ?? '')];
  const webhook = useSignal(own.webhook_url ?? '');
  const [from, to] = [useSignal(own.quiet_hours?.start ?? ''), useSignal(own.quiet_hours?.end ?? '')];
  const secret = useSignal<string | null>(null);
  const save = () =>
    withErrors(async () => {
      const body = {
        chosen: chosen.value as Record<string, NotificationChannel[]>,
        mail_address: mail.value.trim() || null,
        ntfy_topic: topic.value.trim() || null,
        webhook_url: webhook.value.trim() || null,
        quiet_hours: from.value && to.value ? { start: from.value, end: to.value } : null,
        language: languageCode() as 'en' | 'de',
      };
      const saved = await request<Own>(client.PUT('/api/me/notifications', { body }));
      secret.value = saved.webhook_secret ?? secret.value;
      onSaved(saved);
    }, t('done'));
  const unsaved =
    mail.value !== (own.mail_address ?? '') ||
    topic.value !== (own.ntfy_topic ?? '') ||
    webhook.value !== (own.webhook_url ?? '');
  const offered = own.channels.filter((channel) => channel.available);
  const offers = (name: NotificationChannel) => offered.some((channel) => channel.channel === name);
  const state = (name: NotificationChannel) => (
    <ChannelState state={own.channels.find(({ channel }) => channel === name)} unsaved={unsaved} onSent={onSaved} />
  );
  return (
    <Form onSubmit={save} button={t('save')} label={t('notifications')}>
      <p class="quiet">{t('notifyWhat')}</p>
      <ChoiceTable own={own} channels={offered.map(({ channel }) => channel)} chosen={chosen} />
      <div class="columns">
        {offers('mail') && (
          <fieldset>
            <legend>{t('channel_mail')}</legend>
            <Field label={t('mailAddress')} type="email" value={mail} autocomplete="email" maxLength={254} />
            <p class="quiet small">{t(own.thumbnails ? 'withPicture' : 'withoutPicture')}</p>
            {state('mail')}
          </fieldset>
        )}
        {offers('push') && (
          <fieldset>
            <legend>{t('channel_push')}</legend>
            <Browsers own={own} onChange={onSaved} />
            {!!own.browsers.length && state('push')}
          </fieldset>
        )}
        {offers('ntfy') && (
          <fieldset>
            <legend>{t('channel_ntfy')}</legend>
            <Field
              label={t('ntfyTopic', { server: own.ntfy_server ?? '' })}
              hint={t('ntfyTopicHint')}
              value={topic}
              pattern="[A-Za-z0-9_\-]{1,64}"
              maxLength={64}
            />
            {state('ntfy')}
          </fieldset>
        )}
        {offers('webhook') && (
          <fieldset>
            <legend>{t('channel_webhook')}</legend>
            <Field
              label={t('webhookUrl')}
              hint={t('webhookHint', { hosts: own.webhook_hosts.join(', ') })}
              type="url"
              value={webhook}
            />
            {secret.value && (
              <p class="note">
                {t('webhookSecret')} <code class="secret">{secret.value}</code>
              </p>
            )}
            {state('webhook')}
          </fieldset>
        )}
        <fieldset>
          <legend>{t('quietHours')}</legend>
          <div class="filters">
            <Field label={t('quietFrom')} type="time" value={from} />
            <Field label={t('quietTo')} type="time" value={to} />
          </div>
          <p class="quiet small">{t('quietHoursNote', { zone: session.value?.timezone ?? '' })}</p>
        </fieldset>
      </div>
    </Form>
  );
}

interface ChoiceTableProps {
  own: Own;
  channels: NotificationChannel[];
  chosen: Signal<Chosen>;
}

function ChoiceTable({ own, channels, chosen }: ChoiceTableProps) {
  const toggle = (kind: NotificationKind, channel: NotificationChannel, on: boolean) => {
    const others = (chosen.value[kind] ?? []).filter((other) => other !== channel);
    chosen.value = { ...chosen.value, [kind]: on ? [...others, channel] : others };
  };
  return (
    <div class="scroll">
      <table class="choices">
        <thead>
          <tr>
            <th scope="col">{t('notifyAbout')}</th>
            {channels.map((channel) => (
              <th scope="col" key={channel}>
                {channelName(channel)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {own.kinds.map((kind) => (
            <tr key={kind}>
              <th scope="row">{notificationName(kind)}</th>
              {channels.map((channel) => (
                <td key={channel}>
                  <input
                    type="checkbox"
                    aria-label={`${notificationName(kind)}: ${channelName(channel)}`}
                    checked={chosen.value[kind]?.includes(channel) ?? false}
                    onChange={(event) => toggle(kind, channel, event.currentTarget.checked)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ChannelStateProps {
  state: NotificationChannelState | undefined;
  /** A test goes to what is saved. */
  unsaved: boolean;
  onSent: (own: Own) => void;
}

/** A test, and how the last notification went. */
function ChannelState({ state, unsaved, onSent }: ChannelStateProps) {
  if (!state) return null;
  const { channel, sent_at, problem, problem_since, waiting, dropped } = state;
  const test = () =>
    withErrors(async () => {
      onSent(await request<Own>(client.POST('/api/me/notifications/test', { body: { channel } })));
    }, t('testQueued'));
  const [code = '', ...said] = (problem ?? '').split(' ');
  const detail = said.length ? ` (${said.join(' ')})` : '';
  return (
    <>
      <p class="buttons">
        <button type="button" disabled={unsaved} onClick={() => void test()}>
          {t('sendTest')}
          <span class="unseen"> ({channelName(channel)})</span>
        </button>
        {unsaved && <span class="quiet small">{t('saveFirst')}</span>}
      </p>
      <p class="small" role="status">
        {sent_at != null && !problem && <span class="quiet">{t('lastSent', { when: formatDateTime(sent_at) })} </span>}
        {waiting > 0 && <span class="quiet">{t('waitingToSend', { n: waiting })} </span>}
        {problem && problem_since != null && (
          <span class="bad">
            {t('sendFailed', { when: formatDateTime(problem_since), problem: sendProblemText(code) + detail })}{' '}
            {waiting > 0 && t('sendRetried')} {dropped > 0 && t('sendDropped', { n: dropped })}
          </span>
        )}
      </p>
    </>
  );
}

function Browsers({ own, onChange }: { own: Own; onChange: (own: Own) => void }) {
  const add = async () => {
    const made = await subscribe(own.push_key ?? '');
    if (made === 'denied') return toast(t('browserDenied'), true);
    if (made === 'failed') return toast(t('browserFailed'), true);
    await withErrors(async () => {
      onChange(await request<Own>(client.POST('/api/me/notifications/browsers', { body: made })));
    }, t('browserAdded'));
  };
  const remove = (id: number) =>
    withErrors(async () => {
      const params = { path: { id } };
      onChange(await request<Own>(client.DELETE('/api/me/notifications/browsers/{id}', { params })));
    }, t('done'));
  return (
    <>
      {canSubscribe() ? (
        <button type="button" onClick={() => void add()}>
          {t('browserAdd')}
        </button>
      ) : (
        <p class="quiet small">{t('browserCannot')}</p>
      )}
      {!!own.browsers.length && (
        <ul class="plain" aria-label={t('browsersNotified')}>
          {own.browsers.map(({ id, label, created_at }) => (
            <li key={id}>
              {label} <span class="quiet small">{formatDateTime(created_at)}</span>{' '}
              <button type="button" aria-label={`${t('remove')}: ${label}`} onClick={() => void remove(id)}>
                {t('remove')}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
