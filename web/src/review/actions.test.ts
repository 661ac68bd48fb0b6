import { effect } from '@preact/signals';
import { afterEach, expect, test, vi } from 'vitest';
import { edit, openFile } from './actions';
import { client, type FileDetail } from './api';
import { setSoundRanges } from './commands';
import { soundTrack } from './sound/sound_player';
import * as store from './store';

const detail = (id: number) =>
  ({ id, tracks: [[]], videos: [], history: { audio: [], revision: 1 } }) as unknown as FileDetail;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('the sound of the next file is never asked for by the track of the one before', async () => {
  vi.stubGlobal('fetch', async () => new Response(new Float64Array([0])));
  const server = vi.spyOn(client, 'GET').mockRejectedValue(new TypeError('no more than the file itself'));
  server.mockResolvedValueOnce({ data: detail(2), response: new Response() } as never);
  store.file.value = detail(1);
  soundTrack.value = 2;
  const seen: [number, number][] = [];
  const stop = effect(() => void seen.push([store.fileId.value, soundTrack.value]));
  await openFile(2);
  stop();
  expect(seen).toEqual([
    [1, 2],
    [2, 0],
  ]);
});

test('why an edit was refused is shown, also where the plan cannot be fetched again', async () => {
  const error = { code: 'ranges_changed', message: 'changed', params: {} };
  const refused = { error: { error }, response: new Response(null, { status: 409 }) };
  vi.spyOn(client, 'POST').mockResolvedValue(refused as never);
  const reload = vi.spyOn(client, 'GET').mockRejectedValue(new TypeError('no connection'));
  store.file.value = detail(2);
  store.toast.value = null;
  store.connectionLost.value = false;
  expect(await edit({ op: 'audio', spans: [], seen: [] })).toBe(false);
  expect(reload).toHaveBeenCalledOnce();
  expect(store.toast.value).toMatchObject({ bad: true, details: 'changed' });
  expect(store.connectionLost.value).toBe(false);
});

test('a range that is changed twice in a row is changed twice', async () => {
  const range = { start: 1, end: 4, action: 'mute' };
  const sent: { spans: object[]; seen: object[] }[] = [];
  vi.spyOn(client, 'POST').mockImplementation((async (_: string, { body }: { body: (typeof sent)[number] }) => {
    await new Promise((resolve) => setTimeout(resolve, 1)); // the second is asked for meanwhile
    sent.push(body);
    return { data: { history: { ...store.file.value?.history, audio: body.spans } }, response: new Response() };
  }) as never);
  vi.spyOn(client, 'GET').mockRejectedValue(new TypeError('the queue is of no interest here'));
  store.file.value = { ...detail(3), history: { audio: [range], audio_mode: { audio: 'keep' } } } as never;
  const longer = setSoundRanges((current) => current.map((span) => ({ ...span, end: 5 })));
  const later = setSoundRanges((current) => current.map((span) => ({ ...span, start: 3 })));
  expect(await Promise.all([longer, later])).toEqual([true, true]);
  expect(sent.map(({ seen }) => seen)).toEqual([[range], [{ ...range, end: 5 }]]);
  expect(sent[1]?.spans).toEqual([{ ...range, start: 3, end: 5 }]);
});
