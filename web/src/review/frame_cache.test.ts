import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FrameCache } from './frame_cache';

interface Request {
  url: string;
  arrive: () => Promise<void>;
  fail: () => Promise<void>;
}

let requests: Request[];
let closed: string[];

/** A load that is answered by the test. */
function load(url: string): Promise<ImageBitmap> {
  return new Promise((resolve, reject) => {
    const bitmap = { url, close: () => closed.push(url) } as unknown as ImageBitmap;
    const answer = (settle: () => void) => {
      settle();
      return vi.advanceTimersByTimeAsync(0).then(() => undefined);
    };
    requests.push({
      url,
      arrive: () => answer(() => resolve(bitmap)),
      fail: () => answer(() => reject(new Error('503'))),
    });
  });
}

const requested = () => requests.map(({ url }) => url);

beforeEach(() => {
  vi.useFakeTimers();
  requests = [];
  closed = [];
});
afterEach(() => {
  vi.useRealTimers();
});

test('two frames are requested at once, and the next when one has arrived', async () => {
  const onLoad = vi.fn();
  const cache = new FrameCache(onLoad, load);
  cache.prefetch(['a', 'b', 'c']);
  expect(requested()).toEqual(['a', 'b']);
  await requests[0]?.arrive();
  expect(requested()).toEqual(['a', 'b', 'c']);
  expect(onLoad).toHaveBeenCalledTimes(1);
  expect(cache.get('a')).toMatchObject({ url: 'a' });
  expect(cache.get('c')).toBeUndefined();
});

test('what is queued and no longer wanted is not requested', async () => {
  const cache = new FrameCache(() => undefined, load);
  cache.prefetch(['a', 'b', 'c', 'd']);
  cache.prefetch(['x', 'a']);
  await requests[0]?.arrive();
  await requests[1]?.arrive();
  expect(requested()).toEqual(['a', 'b', 'x']);
});

test('what is cached or on its way is not requested again', async () => {
  const cache = new FrameCache(() => undefined, load);
  cache.prefetch(['a']);
  cache.prefetch(['a']);
  await requests[0]?.arrive();
  cache.prefetch(['a']);
  expect(requested()).toEqual(['a']);
});

describe('eviction', () => {
  const fill = async (cache: FrameCache, count: number) => {
    for (let n = 0; n < count; n += 1) {
      cache.prefetch([`frame ${n}`]);
      await requests.at(-1)?.arrive();
    }
  };

  test('closes the frame that was not used for longest', async () => {
    const cache = new FrameCache(() => undefined, load);
    await fill(cache, 90);
    expect(closed).toEqual([]);
    cache.get('frame 0');
    cache.prefetch(['one more']);
    await requests.at(-1)?.arrive();
    expect(closed).toEqual(['frame 1']);
    expect(cache.get('frame 0')).toBeDefined();
  });
});

describe('failures', () => {
  test('are retried after half a second', async () => {
    const onLoad = vi.fn();
    const cache = new FrameCache(onLoad, load);
    cache.prefetch(['a']);
    await requests[0]?.fail();
    expect(onLoad).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(500);
    expect(onLoad).toHaveBeenCalledTimes(1);
    cache.prefetch(['a']);
    expect(requested()).toEqual(['a', 'a']);
  });

  test('end the retries after five in a row, and one success begins anew', async () => {
    const onLoad = vi.fn();
    const cache = new FrameCache(onLoad, load);
    for (let n = 0; n < 6; n += 1) {
      cache.prefetch(['a']);
      await requests.at(-1)?.fail();
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(onLoad).toHaveBeenCalledTimes(4);
    cache.prefetch(['b']);
    await requests.at(-1)?.arrive();
    cache.prefetch(['a']);
    await requests.at(-1)?.fail();
    await vi.advanceTimersByTimeAsync(500);
    expect(onLoad).toHaveBeenCalledTimes(6);
  });
});

test('a failure is told once, and again after frames have come', async () => {
  const told: unknown[] = [];
  let broken = true;
  const cache = new FrameCache(
    () => undefined,
    async () => {
      if (broken) throw new Error('gone');
      return { close: () => undefined } as ImageBitmap;
    },
    (error) => told.push(error),
  );
  const settle = () => vi.advanceTimersByTimeAsync(0);
  for (const url of ['a', 'b', 'c']) {
    cache.prefetch([url]);
    await settle();
  }
  expect(told).toHaveLength(1);
  broken = false;
  cache.prefetch(['d']);
  await settle();
  broken = true;
  cache.prefetch(['e']);
  await settle();
  expect(told).toHaveLength(2);
});
