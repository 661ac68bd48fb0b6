// The cameras, live.
import { useSignal } from '@preact/signals';
import { type Camera, client, request } from '../api';
import { CameraTile } from '../camera_tile';
import { Page } from '../components';
import { t } from '../messages';
import { QueryStatus, useQuery } from '../query';
import { can } from '../session';

const INTERVAL_S = 2;

/** On a slow or metered connection live pictures start when they are asked for. */
function isSlowConnection(): boolean {
  const connection = (navigator as Navigator & { connection?: { saveData?: boolean; effectiveType?: string } })
    .connection;
  return !!connection && (!!connection.saveData || ['slow-2g', '2g', '3g'].includes(connection.effectiveType ?? ''));
}

export default function LivePage() {
  const query = useQuery(() => request<Camera[]>(client.GET('/api/cameras')), [], INTERVAL_S);
  const enabled = useSignal(!isSlowConnection());
  const cameras = query.data.value;
  return (
    <Page
      title={t('live')}
      tools={
        can('view_media') && (
          <button
            type="button"
            aria-pressed={enabled.value}
            onClick={() => {
              enabled.value = !enabled.value;
            }}
          >
            {enabled.value ? t('stopPictures') : t('startPictures')}
          </button>
        )
      }
    >
      <QueryStatus query={query} />
      {cameras?.length === 0 && <p>{t('noCameras')}</p>}
      <div class="tiles">
        {cameras?.map((camera) => (
          <CameraTile key={camera.name} camera={camera} enabled={enabled.value} serverReachable={!query.error.value} />
        ))}
      </div>
    </Page>
  );
}
