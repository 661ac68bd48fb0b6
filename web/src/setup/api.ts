// The typed client of the first run. api.gen.ts is generated from setup.openapi.json, which the server writes.
import { signal } from '@preact/signals';
import createClient from 'openapi-fetch';
import { request } from '../site/api';
import { errorMessage } from '../site/toast';
import type { components, paths } from './api.gen';

type Schemas = components['schemas'];
export type Setup = Schemas['SetupResponse'];
export type Step = Schemas['SetupStep'];
export type SetupCamera = Schemas['SetupCameraResponse'];
export type FoundCamera = Schemas['FoundCameraResponse'];
export type Maker = Schemas['MakerResponse'];
export type CameraCheck = Schemas['CameraCheckResponse'];
export type Notice = Schemas['NoticeSettings'];

export const client = createClient<paths>({ baseUrl: '/', headers: { 'x-passerby': 'page' } });

export const STEPS: readonly Step[] = [
  'site',
  'account',
  'disk',
  'cameras',
  'hide',
  'retention',
  'notice',
  'access',
] satisfies Step[];

/** The answers so far; null until the server has told. */
export const setup = signal<Setup | null>(null);
/** The question that is shown; `finish` when all are answered. */
export const shown = signal<Step | 'finish'>('site');

export const isAnswered = (step: Step): boolean => !setup.value?.open_steps.includes(step);

/** The first question that is not answered. */
export const firstOpen = (): Step | 'finish' => setup.value?.open_steps[0] ?? 'finish';

/** The question after this one; where all are answered, the end. */
export function nextAfter(step: Step): Step | 'finish' {
  if (!setup.value?.open_steps.length) return 'finish';
  return STEPS[STEPS.indexOf(step) + 1] ?? firstOpen();
}

/** Why the last thing that was tried did not work; null where it did, and on another question. */
export const problem = signal<string | null>(null);

/** Runs `work`. True when it threw nothing; else the question says what was wrong. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  problem.value = null;
  try {
    await work();
    return true;
  } catch (error) {
    problem.value = errorMessage(error);
    return false;
  }
}

/** Sends an answer; once it is kept, the next question is shown. */
export function answer(step: Step, call: Promise<unknown>): Promise<boolean> {
  return attempt(async () => {
    setup.value = await request<Setup>(call as never);
    shown.value = nextAfter(step);
  });
}

/** Sends a change of the cameras, after which the question stays. */
export function change(call: Promise<unknown>): Promise<boolean> {
  return attempt(async () => {
    setup.value = await request<Setup>(call as never);
  });
}
