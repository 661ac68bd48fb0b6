// What people call the cameras, zones and lines, by the names that they have in site.yaml.
import { signal } from '@preact/signals';
import { type Camera, client, request } from './api';
import { t } from './messages';
import { can } from './session';

const cameras = signal<readonly Camera[]>([]);

export async function loadTitles(): Promise<void> {
  if (!can('view_status')) return;
  cameras.value = await request<Camera[]>(client.GET('/api/cameras')).catch(() => cameras.value);
}

export const setTitles = (known: readonly Camera[]): void => {
  cameras.value = known;
};

export const cameraTitle = (name: string): string =>
  cameras.value.find((camera) => camera.name === name)?.display_name ?? name;

/** Of a zone or line; that of the whole picture is in the catalogue. */
export function placeTitle(camera: string, name: string): string {
  const found = cameras.value.find((other) => other.name === camera);
  const place = [...(found?.zones ?? []), ...(found?.lines ?? [])].find((other) => other.name === name);
  return place?.display_name ?? (name === 'picture' ? t('wholePicture') : name);
}
