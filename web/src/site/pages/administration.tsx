// Administration: the disk over time, restart of a camera, backup and restore, versions, the support bundle.
import { useSignal } from '@preact/signals';
import {
  type Camera,
  client,
  type DiskSample,
  type NewestVersion,
  type Restored,
  request,
  type Settings,
} from '../api';
import { Checkbox, Field, Form, Page, ToggleGroup } from '../components';
import { formatBytes, formatDateTime } from '../datetime';
import { lazy } from '../lazy';
import { actorName, type Text, t } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { session } from '../session';
import { toast, withErrors } from '../toast';

const CountsChart = lazy(() => import('../counts_chart'));
const DAY_S = 86400;
const HOUR_S = 3600;
const GIGABYTE = 1e9;
const PERIODS = ['7', '30', '365'] as const;
const MIN_PASSPHRASE = 12;

export default function AdministrationPage() {
  return (
    <Page title={t('administration')}>
      <DiskCard />
      <div class="columns">
        <VersionCard />
        <RestartCard />
        <SupportCard />
        <BackupCard />
        <RestoreCard />
      </div>
    </Page>
  );
}

function DiskCard() {
  const period = useSignal<(typeof PERIODS)[number]>('30');
  const query = useQuery(() => {
    const end = Date.now() / 1000;
    const start = end - Number(period.value) * DAY_S;
    return request<DiskSample[]>(client.GET('/api/administration/disk', { params: { query: { start, end } } }));
  }, [period.value]);
  const samples = query.data.value ?? [];
  return (
    <section class="card" aria-labelledby="disk">
      <div class="heading">
        <h3 id="disk">{t('diskOverTime')}</h3>
        <span class="grow" />
        <ToggleGroup
          label={t('diskPeriod')}
          value={period.value}
          options={PERIODS}
          optionText={(days) => t(`disk_${days}` as Text)}
          onChange={(days) => {
            period.value = days;
          }}
        />
      </div>
      <QueryStatus query={query} />
      {query.data.value && samples.length < 2 && <p class="quiet">{t('diskNone')}</p>}
      {samples.length >= 2 && <DiskChart samples={samples} />}
      <DiskNow samples={samples} />
    </section>
  );
}

/** Hours without a sample are gaps: the program did not run. */
function DiskChart({ samples }: { samples: DiskSample[] }) {
  const [first, last] = [samples[0]?.time ?? 0, samples.at(-1)?.time ?? 0];
  const known = new Map(samples.map((sample) => [sample.time, sample]));
  const times = Array.from({ length: (last - first) / HOUR_S + 1 }, (_, hour) => first + hour * HOUR_S);
  const values = (name: 'recordings' | 'free') =>
    times.map((time) => {
      const sample = known.get(time);
      return sample ? Number((sample[name] / GIGABYTE).toFixed(2)) : null;
    });
  return (
    <CountsChart
      times={times}
      step={HOUR_S}
      series={[
        { label: `${t('diskRecordings')} (GB)`, values: values('recordings') },
        { label: `${t('diskFree')} (GB)`, values: values('free') },
      ]}
      label={t('diskGigabytes')}
      height={220}
    />
  );
}

function DiskNow({ samples }: { samples: DiskSample[] }) {
  const last = samples.at(-1);
  if (!last) return null;
  return (
    <p class="quiet small">
      {formatDateTime(last.time)}: {t('diskRecordings')} {formatBytes(last.recordings)}, {t('diskFree')}{' '}
      {formatBytes(last.free)} / {formatBytes(last.capacity)}
    </p>
  );
}

function VersionCard() {
  const query = useQuery(() => request<NewestVersion>(client.GET('/api/administration/version')), []);
  const found = query.data.value;
  const wanted = useSignal('');
  const save = () =>
    withErrors(async () => {
      const body = { version: wanted.value.trim() || null };
      query.data.value = await request<NewestVersion>(client.PUT('/api/administration/version', { body }));
    }, t('done'));
  return (
    <section class="card" aria-labelledby="updates">
      <h3 id="updates">{t('updates')}</h3>
      <QueryStatus query={query} />
      {found && (
        <>
          <p class={found.newer ? 'note' : 'quiet'}>
            {found.newer ? t('updateThere', { version: found.newest ?? '' }) : t('updateNone')}
          </p>
          <dl>
            <dt>{t('runs')}</dt>
            <dd>{found.current}</dd>
            <dt>{t('newestKnown')}</dt>
            <dd>
              {found.newest ?? '–'}{' '}
              {found.named_by && found.named_at != null && (
                <span class="quiet small">
                  {t('namedBy', { who: actorName(found.named_by), when: formatDateTime(found.named_at) })}
                </span>
              )}
            </dd>
          </dl>
          <Form onSubmit={save} button={t('save')} label={t('updates')} strong={false}>
            <Field label={t('newestVersion')} hint={t('newestVersionHint')} value={wanted} maxLength={60} />
          </Form>
          <p class="quiet small">{t('updateNote')}</p>
        </>
      )}
    </section>
  );
}

function RestartCard() {
  const query = useQuery(() => request<Camera[]>(client.GET('/api/cameras')), [], 5);
  const restart = ({ name, display_name }: Camera) => {
    if (!window.confirm(t('restartSure', { camera: display_name }))) return;
    const params = { path: { camera: name } };
    void withErrors(
      () => request<unknown>(client.POST('/api/administration/cameras/{camera}/restart', { params })),
      t('restarted', { camera: display_name }),
    );
  };
  return (
    <section class="card" aria-labelledby="restart">
      <h3 id="restart">{t('restartCameras')}</h3>
      <QueryStatus query={query} />
      <ul class="plain">
        {(query.data.value ?? []).map((camera) => (
          <li key={camera.name} class="line">
            <span class={`lamp ${camera.state}`} aria-hidden="true" />
            {camera.display_name}
            <span class="grow" />
            <button
              type="button"
              aria-label={`${t('restart')}: ${camera.display_name}`}
              onClick={() => restart(camera)}
            >
              {t('restart')}
            </button>
          </li>
        ))}
      </ul>
      <p class="quiet small">{t('restartNote')}</p>
    </section>
  );
}

function SupportCard() {
  return (
    <section class="card" aria-labelledby="support">
      <h3 id="support">{t('supportBundle')}</h3>
      <p>{t('supportNote')}</p>
      <a class="button" href="/api/administration/support.zip" download>
        {t('supportDownload')}
      </a>
    </section>
  );
}

/** Whoever is logged in with a password enters it once more. */
const needsPassword = (): boolean => session.value?.method === 'password';

function BackupCard() {
  const [passphrase, again, password] = [useSignal(''), useSignal(''), useSignal('')];
  const make = () =>
    withErrors(async () => {
      const body = { passphrase: passphrase.value, password: password.value };
      const call = client.POST('/api/administration/backup', { body, parseAs: 'blob' });
      const blob = await request<Blob>(call as never);
      const { response } = await call;
      const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
      save(blob, name ?? 'site.passerby-backup');
    }, t('backupMade'));
  return (
    <section class="card" aria-labelledby="backup">
      <h3 id="backup">{t('backups')}</h3>
      <p>{t('backupWhat')}</p>
      <Form
        onSubmit={make}
        button={t('makeBackup')}
        label={t('backups')}
        disabled={passphrase.value.length < MIN_PASSPHRASE || passphrase.value !== again.value}
        why={t('passphrasesDiffer')}
      >
        <Field
          label={t('passphrase')}
          hint={t('passphraseHint')}
          type="password"
          value={passphrase}
          autocomplete="new-password"
          required
        />
        <Field label={t('passphraseAgain')} type="password" value={again} autocomplete="new-password" required />
        {needsPassword() && (
          <Field label={t('ownPassword')} type="password" value={password} autocomplete="current-password" required />
        )}
      </Form>
    </section>
  );
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function RestoreCard() {
  const file = useSignal<File | null>(null);
  const [passphrase, password] = [useSignal(''), useSignal('')];
  const [configuration, accounts] = [useSignal(true), useSignal(true)];
  const restored = useSignal<Restored | null>(null);
  const restore = () =>
    withErrors(async () => {
      if (!file.value) return;
      const { revision } = await request<Settings>(client.GET('/api/settings'));
      const body = {
        backup: await file.value.text(),
        passphrase: passphrase.value,
        password: password.value,
        revision,
        configuration: configuration.value,
        accounts: accounts.value,
      };
      restored.value = await request<Restored>(client.POST('/api/administration/restore', { body }));
      toast(t('done'));
    });
  return (
    <section class="card" aria-labelledby="restore">
      <h3 id="restore">{t('restoreBackup')}</h3>
      <p class="quiet">{t('restoreNote')}</p>
      <Form
        onSubmit={restore}
        button={t('restoreBackup')}
        label={t('restoreBackup')}
        strong={false}
        disabled={!file.value || !(configuration.value || accounts.value)}
      >
        <label>
          {t('backupFile')}
          <input
            type="file"
            accept=".passerby-backup"
            onChange={(event) => {
              file.value = event.currentTarget.files?.[0] ?? null;
            }}
          />
        </label>
        <Field label={t('passphrase')} type="password" value={passphrase} autocomplete="off" required />
        <Checkbox
          label={t('restoreConfiguration')}
          checked={configuration.value}
          onChange={(on) => {
            configuration.value = on;
          }}
        />
        <Checkbox
          label={t('restoreAccounts')}
          checked={accounts.value}
          onChange={(on) => {
            accounts.value = on;
          }}
        />
        {needsPassword() && (
          <Field label={t('ownPassword')} type="password" value={password} autocomplete="current-password" required />
        )}
      </Form>
      {restored.value && <RestoredNote restored={restored.value} />}
    </section>
  );
}

function RestoredNote({ restored }: { restored: Restored }) {
  const lists: [Text, readonly string[]][] = [
    ['restoredLeftOut', restored.left_out],
    ['restoredAdded', restored.accounts_added],
    ['restoredExisting', restored.accounts_existing],
    ['restoredAuditors', restored.auditors_left_out],
  ];
  return (
    <div class="note" role="status">
      <p>{t('restoredFrom', { site: restored.site, when: formatDateTime(restored.made_at) })}</p>
      {restored.configuration && <p>{t('restoredSettings')}</p>}
      {lists.map(([text, names]) => names.length > 0 && <p key={text}>{t(text, { names: names.join(', ') })}</p>)}
      {restored.accounts_added.length > 0 && <p>{t('restoredApprovals')}</p>}
    </div>
  );
}
