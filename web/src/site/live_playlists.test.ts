import { describe, expect, test, vi } from 'vitest';
import { SharedPlaylists, wantedPart } from './live_playlists';

/** A server that answers by hand. */
function server() {
  const asked: string[][] = [];
  const answers: ((answer: Record<string, string | null>) => void)[] = [];
  const failures: (() => void)[] = [];
  const ask = (parts: string[]) => {
    asked.push(parts);
    return new Promise<Record<string, string | null>>((resolve, reject) => {
      answers.push(resolve);
      failures.push(() => reject(new Error('gone')));
    });
  };
  return { asked, answers, failures, playlists: new SharedPlaylists(ask) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('the playlists of a page', () => {
  test('are waited for in one request at a time', async () => {
    const { asked, answers, playlists } = server();
    const found: string[] = [];
    for (const camera of ['a', 'b', 'c']) playlists.wait(camera, `${camera}:1:0`, () => found.push(camera));
    await settled();
    expect(asked).toEqual([['a:1:0', 'b:1:0', 'c:1:0']]);
    playlists.wait('d', 'd', () => found.push('d'));
    await settled();
    expect(asked.length).toBe(1);
    answers[0]?.({ b: 'text' });
    await settled();
    expect(found).toEqual(['b']);
    expect(asked[1]).toEqual(['a:1:0', 'c:1:0', 'd']);
  });
  test('are not asked for when nobody waits any more', async () => {
    const { asked, answers, playlists } = server();
    const found = vi.fn();
    const stop = playlists.wait('a', 'a', found);
    await settled();
    stop();
    answers[0]?.({ a: 'text' });
    await settled();
    expect(found).not.toHaveBeenCalled();
    expect(asked.length).toBe(1);
  });
  test('tell that a camera is gone', async () => {
    const { answers, playlists } = server();
    const found = vi.fn();
    playlists.wait('a', 'a:9:0', found);
    await settled();
    answers[0]?.({ a: null });
    await settled();
    expect(found).toHaveBeenCalledWith(null);
  });
  test('are asked for again after a request that failed', async () => {
    vi.useFakeTimers();
    const { asked, failures, playlists } = server();
    playlists.wait('a', 'a', () => undefined);
    await vi.advanceTimersByTimeAsync(1);
    failures[0]?.();
    await vi.advanceTimersByTimeAsync(500);
    expect(asked.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked.length).toBe(2);
    vi.useRealTimers();
  });
});

test('a playlist is waited for by camera, segment and part', () => {
  expect(wantedPart('/api/live/gate/live.m3u8')).toEqual({ camera: 'gate', part: 'gate' });
  expect(wantedPart('http://host:1/api/live/gate/live.m3u8?_HLS_msn=7&_HLS_part=3')).toEqual({
    camera: 'gate',
    part: 'gate:7:3',
  });
  expect(wantedPart('/api/recordings/gate.m3u8')).toBeNull();
});
