// What holds for the whole site. It is written into site.yaml, which keeps its comments.
import { useSignal } from '@preact/signals';
import { ask, client, type Profile, type SettingsTold } from './api';
import { HideChoice, PROFILES } from './hiding';
import { profileName, t } from './messages';
import { attempt, Field, Form, Page, Problem, Select, useAsked, Waiting } from './parts';
import { address } from './route';
import { bytes } from './times';

export default function SettingsPage() {
  const asked = useAsked(() => ask<SettingsTold>(client.GET('/api/settings')), []);
  const told = asked.value.value;
  return (
    <Page title={t('settings')} tools={<button type="button" onClick={() => void asked.again()}>{t('loadAgain')}</button>}>
      <p class="quiet">{t('settingsNote')}</p>
      {!told ? <Waiting asked={asked} /> : <Problem text={asked.problem.value} />}
      {told && !told.applies && <p class="note">{t('startAnew')}</p>}
      {told && <Whole key={told.revision} told={told} set={(next) => (asked.value.value = next)} />}
    </Page>
  );
}

function Whole({ told, set }: { told: SettingsTold; set: (next: SettingsTold) => void }) {
  const { keep, defaults } = told;
  const [name, timezone] = [useSignal(told.name), useSignal(told.timezone)];
  const days = useSignal(keep.days == null ? '' : String(keep.days));
  const limit = useSignal(keep.bytes == null ? '' : String(Number(keep.bytes) / 1e9));
  const hide = useSignal([...(defaults.hide ?? [])]);
  const profile = useSignal<string>(defaults.profile ?? 'fast');
  const rate = useSignal(String(defaults.frames_a_second ?? 10));
  const side = useSignal(String(defaults.longest_side ?? 1280));
  const delay = useSignal(String(defaults.delay ?? 2));
  const quality = useSignal(String(defaults.quality ?? 27));
  const submit = () =>
    attempt(async () => {
      const body = {
        revision: told.revision,
        ...different({ name: name.value, timezone: timezone.value }, told),
        keep: different({ days: days.value ? Number(days.value) : null, bytes: limit.value ? Math.round(Number(limit.value) * 1e9) : null }, keep),
        defaults: different(
          { hide: hide.value, profile: profile.value as Profile, frames_a_second: Number(rate.value), longest_side: Number(side.value), delay: Number(delay.value), quality: Number(quality.value) },
          defaults,
        ),
      };
      set(await ask<SettingsTold>(client.PUT('/api/settings', { body: body as never })));
    }, t(told.applies && name.value === told.name && timezone.value === told.timezone ? 'savedApplied' : 'savedInFile'));
  return (
    <Form submit={submit} button={t('saveInFile')} label={t('settings')}>
      <div class="columns">
        <fieldset>
          <legend>{t('site')}</legend>
          <Field id="site-name" label={t('name')} hint={t('nextStart')} value={name.value} set={(text) => (name.value = text)} required maxLength={80} />
          <Field label={t('timezone')} hint={t('timezoneHint')} value={timezone.value} set={(text) => (timezone.value = text)} required maxLength={60} />
          <p>{t(told.two_persons ? 'twoPersonsYes' : 'twoPersonsNo')}</p>
          <p class="quiet small">{t('twoPersonsNote')}</p>
        </fieldset>
        <fieldset>
          <legend>{t('keeping')}</legend>
          <Field id="keep-days" label={t('keepDays')} hint={t('emptyNoLimit')} type="number" min="0.01" step="any" value={days.value} set={(text) => (days.value = text)} />
          {told.ceiling_holds && <p class="note">{t('ceilingHolds')}</p>}
          <Field label={t('keepBytes')} hint={t('emptyNoLimit')} type="number" min="0.001" step="any" value={limit.value} set={(text) => (limit.value = text)} />
          <p class="quiet small">{keep.free == null ? t('freeDefault') : t('freeLeft', { bytes: bytes(Number(keep.free)) })}</p>
        </fieldset>
        <fieldset>
          <legend>{t('forCameras')}</legend>
          <HideChoice value={hide.value} set={(next) => next && (hide.value = next)} />
          <Select label={t('profile')} value={profile.value} options={PROFILES.map((one) => [one, profileName(one)])} choose={(one) => (profile.value = one)} />
          <Field label={t('rate')} type="number" min="0.5" step="0.5" value={rate.value} set={(text) => (rate.value = text)} required />
          <Field label={t('longestSide')} type="number" min="320" step="1" value={side.value} set={(text) => (side.value = text)} required />
          <Field label={t('delay')} type="number" min="1" step="0.1" value={delay.value} set={(text) => (delay.value = text)} required />
          <Field label={t('quality')} hint={t('qualityHint')} type="number" min="1" step="1" value={quality.value} set={(text) => (quality.value = text)} required />
        </fieldset>
      </div>
      <p>
        <a href={address('cameras')}>{t('eachCamera')}</a>
      </p>
    </Form>
  );
}

/** What differs from what is there: the rest is left alone, and so are its comments. */
function different<T extends object>(wanted: T, now: object): Partial<T> {
  const had = now as Record<string, unknown>;
  const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => !same(value, had[key]))) as Partial<T>;
}
