// The typed client. api.gen.ts is made from openapi.json, which is made from the server.
import createClient from 'openapi-fetch';
import type { components, paths } from './api.gen';
import { t } from './messages';

type Shapes = components['schemas'];
export type FileTold = Shapes['FileTold'];
export type Whole = Shapes['Whole'];
export type TrackTold = Shapes['TrackTold'];
export type Changed = Shapes['Changed'];
export type Entry = Shapes['Entry'];
export type Session = Shapes['Session'];
export type HistoryTold = Shapes['HistoryTold'];
export type ReleaseTold = Shapes['ReleaseTold'];
export type DrawTold = Shapes['DrawTold'];
export type Following = Shapes['Following'];
export type Edit = paths['/api/files/{id}/edit']['post']['requestBody']['content']['application/json'];
export type Kind = Shapes['Kind'];
export type Kept = Shapes['Kept'];
export type Said = Shapes['Said'];

/** Why the server does not do what it was asked for: a sentence of the catalogue, and the program's own words, which
 * are English, where it has some to add. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly words: string | null = null,
  ) {
    super(message);
  }
}

export const sentence = (said: Said): string => t(`no_${said.code}`, said.values);

export const client = createClient<paths>({ baseUrl: '/', headers: { 'x-passerby': 'page' } });

/** The answer, or a Refusal with words for a person. Its type is named, because openapi-fetch makes arrays of pairs. */
export async function ask<T>(call: Promise<{ data?: unknown; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (data !== undefined && response.ok) return data as T;
  throw refusal(response.status, (error as { said?: Said | null } | undefined)?.said ?? null);
}

function refusal(status: number, said: Said | null): Refusal {
  if (said) return new Refusal(sentence(said), status, said.words);
  if (status === 401) return new Refusal(t('notInHow'), status);
  return new Refusal(status === 403 ? t('status_403') : t('status_other', { status }), status);
}

export const pictureAddress = (
  view: 'masked' | 'original',
  file: number,
  video: number,
  frame: number,
  size: number,
  revision: number,
  small = false,
): string =>
  `/api/files/${file}/${view}/${video}/${frame}?size=${size}${small ? '&small=true' : ''}&r=${revision}`;

export async function frameTimes(file: number, video: number): Promise<Float64Array> {
  const response = await fetch(`/api/files/${file}/times/${video}`);
  if (!response.ok) throw refusal(response.status, null);
  return new Float64Array(await response.arrayBuffer());
}
