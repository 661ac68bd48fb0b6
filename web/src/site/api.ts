// The typed client of the site's pages. api.gen.ts is generated from site.openapi.json, which the server writes.
import { signal } from '@preact/signals';
import createClient from 'openapi-fetch';
import type { components, paths } from './api.gen';
import { languageCode } from './language';

type Schemas = components['schemas'];
export type Account = Schemas['AccountResponse'];
export type AccountChange = Schemas['AccountChangeRequest'];
export type AccountOutcome = Schemas['AccountChangeResponse'];
export type Anchor = Schemas['Anchor'];
export type Approval = Schemas['ApprovalResponse'];
export type AuditLogPage = Schemas['AuditLogResponse'];
export type Camera = Schemas['CameraResponse'];
export type CameraTest = Schemas['CameraCheckResponse'];
export type Clip = Schemas['ClipResponse'];
export type Counting = Schemas['CountingResponse'];
export type Counts = Schemas['CountsResponse'];
export type DiskSample = Schemas['DiskSampleResponse'];
export type EventKind = Schemas['EventKind'];
export type EventPage = Schemas['EventListResponse'];
export type EventState = Schemas['EventState'];
export type FoundCamera = Schemas['DiscoveredCamera'];
export type Health = Schemas['HealthResponse'];
export type Interval = Schemas['Interval'];
export type Kind = Schemas['Kind'];
export type LogCheck = Schemas['AuditCheckResponse'];
export type Login = Schemas['LoginRequest'];
export type LoginMethods = Schemas['LoginOptions'];
export type ObjectClass = Schemas['ObjectClass'];
export type OpenSession = Schemas['OpenSessionResponse'];
export type Preset = Schemas['PresetResponse'];
export type Profile = Schemas['Profile'];
export type Retention = Schemas['RetentionResponse'];
export type Right = Schemas['Right'];
export type Restored = Schemas['RestoreResponse'];
export type Role = Schemas['Role'];
export type Rule = NonNullable<Schemas['CountingSettings']['rules']>[number];
export type RuleTrial = Schemas['RuleTrialResponse'];
export type SecondFactor = Schemas['TotpResponse'];
export type NotificationChannel = Schemas['NotificationChannel'];
export type NotificationKind = Schemas['NotificationKind'];
export type NotificationChannelState = Schemas['NotificationChannelResponse'];
export type OwnNotifications = Schemas['OwnNotificationsResponse'];
export type SiteNotifications = Schemas['NotificationSettingsResponse'];
export type NewestVersion = Schemas['NewestVersionResponse'];
export type Occupancy = Schemas['OccupancyResponse'];
export type Series = Schemas['CountSeries'];
export type Session = Schemas['SessionResponse'];
export type Settings = Schemas['SettingsResponse'];
export type SiteEvent = Schemas['EventResponse'];
export type Validation = Schemas['ValidationResponse'];
export type Holiday = Schemas['HolidayResponse'];
export type HolidayRegion = Schemas['HolidayRegionResponse'];
export type Timetable = Schemas['Timetable'];
export type Timetables = Schemas['TimetablesResponse'];
export type Waiting = Schemas['WaitingResponse'];
export type Timeline = Schemas['TimelineResponse'];

/** What the server waits for before it answers: a login, a reason, one's own password, a second factor. */
export type RequiredStep = 'login' | 'purpose' | 'password' | 'totp';
const REQUIRED_STEPS: readonly string[] = ['login', 'purpose', 'password', 'totp'] satisfies RequiredStep[];
export const requiredStep = signal<RequiredStep | null>(null);

/** Why the server refused. `needs` is what is missing and can be given: a required step, or `code`. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly needs: string | null,
  ) {
    super(message);
  }
}

export const client = createClient<paths>({ baseUrl: '/', headers: { 'x-passerby': 'page' } });
/** Errors of the server come in the language of the page, whatever the browser asks for. */
client.use({
  onRequest({ request: sent }) {
    sent.headers.set('accept-language', languageCode());
    return sent;
  },
});

interface ApiResult {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The answer's body, or an ApiError. */
export async function request<T>(call: Promise<ApiResult>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw apiError(error, response);
}

function apiError(error: unknown, response: Response): ApiError {
  const body = (error ?? {}) as { detail?: unknown; needs?: string | null };
  const needs = body.needs ?? (response.status === 401 ? 'login' : null);
  if (needs && REQUIRED_STEPS.includes(needs)) requiredStep.value = needs as RequiredStep;
  return new ApiError(detailText(body.detail) || `${response.status} ${response.statusText}`, response.status, needs);
}

/** A sentence, or for an invalid request what is wrong with which field. */
function detailText(detail: unknown): string {
  if (typeof detail === 'string') return detail;
  if (!Array.isArray(detail)) return '';
  return detail
    .map(({ loc = [], msg = '' }: { loc?: unknown[]; msg?: string }) => `${loc.slice(1).join('.')}: ${msg}`)
    .join('; ');
}

/** `time` in Unix seconds, `size` the longer side in pixels. */
export const thumbnailUrl = (camera: string, time: number, size: number): string =>
  `/api/recordings/${encodeURIComponent(camera)}/thumbnail.jpg?at=${time.toFixed(2)}&size=${size}`;
