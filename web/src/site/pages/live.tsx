// The cameras, live.
import { useSignal } from '@preact/signals';
import { type Camera, client, request } from '../api';
import { CameraTile } from '../camera_tile';
import { Page, ToggleGroup } from '../components';
import { t } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { can } from '../session';

const INTERVAL_S = 2;
/** Pictures beside each other; `auto`: as many as there is room for. */
const LAYOUTS = ['auto', '1', '2', '3', '4'] as const;
type Layout = (typeof LAYOUTS)[number];
const STORED = 'passerby-live-layout';

const storedLayout = (): Layout => LAYOUTS.find((layout) => layout === localStorage.getItem(STORED)) ?? 'auto';

/** On a slow or metered connection live pictures start when they are asked for. */
function isSlowConnection(): boolean {
  const connection = (navigator as Navigator & { connection?: { saveData?: boolean; effectiveType?: string } })
    .connection;
  return !!connection && (!!connection.saveData || ['slow-2g', '2g', '3g'].includes(connection.effectiveType ?? ''));
}

export default function LivePage() {
  const query = useQuery(() => request<Camera[]>(client.GET('/api/cameras')), [], INTERVAL_S);
  const enabled = useSignal(!isSlowConnection());
  const layout = useSignal(storedLayout());
  const enlarged = useSignal<string | null>(null);
  const cameras = query.data.value;
  const columns = layout.value === 'auto' ? undefined : `repeat(${layout.value}, minmax(0, 1fr))`;
  return (
    <Page
      title={t('live')}
      tools={
        can('view_media') && (
          <>
            <ToggleGroup
              label={t('layout')}
              value={layout.value}
              options={LAYOUTS}
              optionText={(option) => (option === 'auto' ? t('layoutAuto') : option)}
              onChange={(option) => {
                layout.value = option;
                localStorage.setItem(STORED, option);
              }}
            />
            <button
              type="button"
              aria-pressed={enabled.value}
              onClick={() => {
                enabled.value = !enabled.value;
              }}
            >
              {enabled.value ? t('stopPictures') : t('startPictures')}
            </button>
          </>
        )
      }
    >
      <QueryStatus query={query} />
      {cameras?.length === 0 && <p>{t('noCameras')}</p>}
      <div class="tiles" style={{ gridTemplateColumns: columns }}>
        {cameras?.map((camera) => (
          <CameraTile
            key={camera.name}
            camera={camera}
            enabled={enabled.value}
            serverReachable={!query.error.value}
            enlarged={enlarged.value === camera.name}
            onEnlarge={() => {
              enlarged.value = enlarged.value === camera.name ? null : camera.name;
            }}
          />
        ))}
      </div>
    </Page>
  );
}
