// The typed client of the site's pages. site.gen.ts is made from site.openapi.json, which is made from the server.
import { signal } from '@preact/signals';
import createClient from 'openapi-fetch';
import type { components, paths } from '../site.gen';

type Shapes = components['schemas'];
export type CameraTold = Shapes['CameraTold'];
export type CountingTold = Shapes['CountingTold'];
export type CountsTold = Shapes['CountsTold'];
export type AccountTold = Shapes['AccountTold'];
export type AccountChange = Shapes['AccountChange'];
export type CheckTold = Shapes['CheckTold'];
export type ClipTold = Shapes['ClipTold'];
export type Factor = Shapes['Factor'];
export type FoundCamera = Shapes['FoundCamera'];
export type Kind = Shapes['Kind'];
export type Login = Shapes['Login'];
export type LogTold = Shapes['LogTold'];
export type OpenSession = Shapes['OpenSession'];
export type Outcome = Shapes['Outcome'];
export type Profile = Shapes['Profile'];
export type RetentionTold = Shapes['RetentionTold'];
export type SettingsTold = Shapes['SettingsTold'];
export type TrialTold = Shapes['TrialTold'];
export type WaitingTold = Shapes['WaitingTold'];
export type Anchor = Shapes['Anchor'];
export type Sort = Shapes['Sort'];
export type Rule = NonNullable<Shapes['Counting']['rules']>[number];
export type Series = Shapes['Series'];
export type Every = Shapes['Every'];
export type EventKind = Shapes['EventKind'];
export type EventState = Shapes['EventState'];
export type EventTold = Shapes['EventTold'];
export type EventsTold = Shapes['EventsTold'];
export type HealthTold = Shapes['HealthTold'];
export type Right = Shapes['Right'];
export type Role = Shapes['Role'];
export type SessionTold = Shapes['SessionTold'];
export type Timeline = Shapes['Timeline'];
export type WaysIn = Shapes['WaysIn'];

/** What the server says when it does not do what it was asked for. `needs`: what is missing and can be given. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly needs: string | null,
  ) {
    super(message);
  }
}

/** What the server waits for before it answers anything: `login`, `purpose`, one's own `password`, a second `factor`. */
export const needed = signal<string | null>(null);

export const client = createClient<paths>({ baseUrl: '/', headers: { 'x-passerby': 'page' } });

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The answer, or a Refusal with words for a person. */
export async function ask<T>(call: Promise<Answer>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw refusal(error, response);
}

function refusal(error: unknown, response: Response): Refusal {
  const told = (error ?? {}) as { detail?: unknown; needs?: string | null };
  const needs = told.needs ?? (response.status === 401 ? 'login' : null);
  if (needs === 'login' || needs === 'purpose' || needs === 'password' || needs === 'factor') needed.value = needs;
  return new Refusal(words(told.detail) || `${response.status} ${response.statusText}`, response.status, needs);
}

/** A sentence, or what is wrong with which field. */
function words(detail: unknown): string {
  if (typeof detail === 'string') return detail;
  if (!Array.isArray(detail)) return '';
  return detail.map((one: { loc?: unknown[]; msg?: string }) => `${(one.loc ?? []).slice(1).join('.')}: ${one.msg ?? ''}`).join('; ');
}

const enc = encodeURIComponent;
export const thumbnailAddress = (camera: string, at: number, size: number): string => `/api/recordings/${enc(camera)}/thumbnail.jpg?at=${at.toFixed(2)}&size=${size}`;
