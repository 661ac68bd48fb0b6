// The typed client of the review server. api.gen.ts is generated from openapi.json, which the server writes.
import createClient from 'openapi-fetch';
import type { components, paths } from './api.gen';
import { t } from './messages';
import { toast } from './store';

type Schemas = components['schemas'];
export type CaseDetails = Schemas['CaseDetails'];
export type CaseResponse = Schemas['CaseResponse'];
export type CaseRow = Schemas['CaseRow'];
export type CaseSummary = Schemas['CaseSummary'];
export type EditRequest = paths['/api/files/{id}/edit']['post']['requestBody']['content']['application/json'];
export type EditResponse = Schemas['EditResponse'];
export type ErrorInfo = Schemas['ErrorInfo'];
export type ExportResponse = Schemas['ExportResponse'];
export type FileDetail = Schemas['FileDetail'];
export type FileSummary = Schemas['FileSummary'];
export type FolderResponse = Schemas['FolderResponse'];
export type Kind = Schemas['Kind'];
export type KindResponse = Schemas['KindResponse'];
export type KindUndoResponse = Schemas['KindUndoResponse'];
export type PropagationResponse = Schemas['PropagationResponse'];
export type QueueEntry = Schemas['QueueEntry'];
export type ReleaseFinding = Schemas['ReleaseFinding'];
export type ReasonList = Schemas['ReasonList'];
export type ReleaseReason = Schemas['ReleaseReason'];
export type ReleaseVerdict = Schemas['ReleaseVerdict'];
export type ReviewSession = Schemas['ReviewSession'];
export type SavedCase = Schemas['RegressionCaseResponse'];
export type StartResponse = Schemas['StartResponse'];
export type SpotCheck = Schemas['SampleResponse'];
export type TrackResponse = Schemas['TrackResponse'];

/** Why the server refused: a sentence of the catalogue, and the program's own words in English where it has some. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly details: string | null = null,
  ) {
    super(message);
  }
}

export const errorText = (error: ErrorInfo): string => t(`error_${error.code}`, error.params);

export const client = createClient<paths>({ baseUrl: '/', headers: { 'x-passerby': 'page' } });

// A message about what went wrong goes when the next change succeeds: then it is over.
client.use({
  onResponse({ request, response }) {
    if (request.method === 'POST' && response.ok && toast.value?.bad) toast.value = null;
  },
});

/** The answer's body, or an ApiError. The type is named by the caller, because openapi-fetch makes arrays of pairs. */
export async function request<T>(call: Promise<{ data?: unknown; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (data !== undefined && response.ok) return data as T;
  throw apiError(response.status, (error as { error?: ErrorInfo | null } | undefined)?.error ?? null);
}

function apiError(status: number, info: ErrorInfo | null): ApiError {
  if (info) return new ApiError(errorText(info), status, info.message);
  if (status === 401) return new ApiError(t('loggedOutHint'), status);
  return new ApiError(status === 403 ? t('status_403') : t('status_other', { status }), status);
}

/** `size`: the longer side in pixels, 0 for the frame's own size. `revision` makes an edited frame another address. */
export const frameUrl = (
  view: 'masked' | 'original',
  file: number,
  video: number,
  frame: number,
  size: number,
  revision: number,
  thumbnail = false,
): string => `/api/files/${file}/${view}/${video}/${frame}?size=${size}${thumbnail ? '&small=true' : ''}&r=${revision}`;

/** A frame, decoded. Throws an ApiError with the server's reason, such as a file that is gone. */
export async function fetchFrame(url: string): Promise<ImageBitmap> {
  const response = await fetch(url, { cache: 'no-store' });
  if (response.ok) return createImageBitmap(await response.blob());
  const body = (await response.json().catch(() => null)) as { error?: ErrorInfo | null } | null;
  throw apiError(response.status, body?.error ?? null);
}

/** The time of each frame of a video track, in ticks. */
export async function fetchFrameTimes(file: number, video: number): Promise<Float64Array> {
  const response = await fetch(`/api/files/${file}/times/${video}`);
  if (!response.ok) throw apiError(response.status, null);
  return new Float64Array(await response.arrayBuffer());
}

/** The loudness of each fiftieth of a second, once the server has read all of the sound. */
export async function fetchPeaks(file: number, track: number): Promise<Uint8Array> {
  const response = await fetch(`/api/files/${file}/sound/peaks?track=${track}`);
  if (!response.ok) throw apiError(response.status, null);
  return new Uint8Array(await response.arrayBuffer());
}
