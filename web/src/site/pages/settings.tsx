// Settings of the whole site. They are written into site.yaml, whose comments are kept.
import { type Signal, useSignal } from '@preact/signals';
import { client, type Profile, request, type Settings } from '../api';
import { ErrorNote, Field, Form, Page, Select } from '../components';
import { formatBytes } from '../datetime';
import { HideOptions, PROFILES } from '../hide_options';
import { profileName, t } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { pageUrl } from '../route';
import { SiteNotifications } from '../site_notifications';
import { Timetables } from '../timetables';
import { withErrors } from '../toast';

const GIGABYTE = 1e9;

export default function SettingsPage() {
  const query = useQuery(() => request<Settings>(client.GET('/api/settings')), []);
  const settings = query.data.value;
  const replace = (next: Settings) => {
    query.data.value = next;
  };
  return (
    <Page
      title={t('settings')}
      tools={
        <button type="button" onClick={() => void query.refresh()}>
          {t('reload')}
        </button>
      }
    >
      <p class="quiet">{t('settingsNote')}</p>
      <QueryStatus query={query} />
      <ErrorNote text={settings?.write_problem ?? null} />
      {settings && !settings.hot_reload && <p class="note">{t('restartNeeded')}</p>}
      {settings && <SettingsForm key={settings.revision} settings={settings} onSaved={replace} />}
      {settings && <Timetables key={settings.revision} onSaved={() => void query.refresh()} />}
      {settings && <SiteNotifications key={settings.revision} onSaved={() => void query.refresh()} />}
    </Page>
  );
}

const numberText = (value: number | null | undefined): string => (value == null ? '' : String(value));

function SettingsForm({ settings, onSaved }: { settings: Settings; onSaved: (saved: Settings) => void }) {
  const { retention, defaults } = settings;
  const [name, timezone] = [useSignal(settings.name), useSignal(settings.timezone)];
  const days = useSignal(numberText(retention.days));
  const gigabytes = useSignal(retention.bytes == null ? '' : String(Number(retention.bytes) / GIGABYTE));
  const cameras = {
    hide: useSignal([...(defaults.hide ?? [])]),
    profile: useSignal<string>(defaults.profile ?? 'fast'),
    maxFps: useSignal(numberText(defaults.max_fps ?? 10)),
    maxDimension: useSignal(numberText(defaults.max_dimension ?? 1280)),
    delay: useSignal(numberText(defaults.delay ?? 2)),
    quality: useSignal(numberText(defaults.quality ?? 27)),
  };
  const body = () => ({
    revision: settings.revision,
    ...changedFields({ name: name.value, timezone: timezone.value }, settings),
    retention: changedFields(
      {
        days: days.value ? Number(days.value) : null,
        bytes: gigabytes.value ? Math.round(Number(gigabytes.value) * GIGABYTE) : null,
      },
      retention,
    ),
    defaults: changedFields(
      {
        hide: cameras.hide.value,
        profile: cameras.profile.value as Profile,
        max_fps: Number(cameras.maxFps.value),
        max_dimension: Number(cameras.maxDimension.value),
        delay: Number(cameras.delay.value),
        quality: Number(cameras.quality.value),
      },
      defaults,
    ),
  });
  const needsRestart = name.value !== settings.name || timezone.value !== settings.timezone;
  const submit = () =>
    withErrors(
      async () => onSaved(await request<Settings>(client.PUT('/api/settings', { body: body() as never }))),
      t(settings.hot_reload && !needsRestart ? 'savedApplied' : 'savedInFile'),
    );
  return (
    <Form onSubmit={submit} button={t('save')} label={t('settings')}>
      <div class="columns">
        <fieldset>
          <legend>{t('site')}</legend>
          <Field id="site-name" label={t('name')} hint={t('afterRestart')} value={name} required maxLength={80} />
          <Field label={t('timezone')} hint={t('timezoneHint')} value={timezone} required maxLength={60} />
          <p>{t(settings.dual_approval ? 'dualApprovalOn' : 'dualApprovalOff')}</p>
          <p class="quiet small">{t('dualApprovalNote')}</p>
        </fieldset>
        <RetentionFields settings={settings} days={days} gigabytes={gigabytes} />
        <CameraDefaults {...cameras} />
      </div>
      <p>
        <a href={pageUrl('cameras')}>{t('eachCamera')}</a>
      </p>
    </Form>
  );
}

interface RetentionFieldsProps {
  settings: Settings;
  days: Signal<string>;
  gigabytes: Signal<string>;
}

function RetentionFields({ settings, days, gigabytes }: RetentionFieldsProps) {
  const { min_free } = settings.retention;
  return (
    <fieldset>
      <legend>{t('retention')}</legend>
      <Field
        id="retention-days"
        label={t('retentionDays')}
        hint={t('emptyNoLimit')}
        type="number"
        min="0.01"
        step="any"
        value={days}
      />
      {settings.retention_limited && <p class="note">{t('limitApplies')}</p>}
      <Field
        label={t('retentionBytes')}
        hint={t('emptyNoLimit')}
        type="number"
        min="0.001"
        step="any"
        value={gigabytes}
      />
      <p class="quiet small">
        {min_free == null ? t('freeDefault') : t('freeKept', { bytes: formatBytes(Number(min_free)) })}
      </p>
    </fieldset>
  );
}

interface CameraDefaultsProps {
  hide: Signal<NonNullable<Settings['defaults']['hide']>>;
  profile: Signal<string>;
  maxFps: Signal<string>;
  maxDimension: Signal<string>;
  delay: Signal<string>;
  quality: Signal<string>;
}

function CameraDefaults({ hide, profile, maxFps, maxDimension, delay, quality }: CameraDefaultsProps) {
  return (
    <fieldset>
      <legend>{t('cameraDefaults')}</legend>
      <HideOptions
        value={hide.value}
        onChange={(kinds) => {
          if (kinds) hide.value = kinds;
        }}
      />
      <Select
        label={t('profile')}
        value={profile.value}
        options={PROFILES.map((option) => [option, profileName(option)])}
        onChange={(option) => {
          profile.value = option;
        }}
      />
      <Field label={t('maxFps')} type="number" min="0.5" step="0.5" value={maxFps} required />
      <Field label={t('maxDimension')} type="number" min="320" step="1" value={maxDimension} required />
      <Field label={t('delay')} type="number" min="1" step="0.1" value={delay} required />
      <Field label={t('quality')} hint={t('qualityHint')} type="number" min="1" step="1" value={quality} required />
    </fieldset>
  );
}

/** The fields of `wanted` that differ from `current`: the rest of the file is left alone, and so are its comments. */
function changedFields<T extends object>(wanted: T, current: object): Partial<T> {
  const before = current as Record<string, unknown>;
  const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => !same(value, before[key]))) as Partial<T>;
}
