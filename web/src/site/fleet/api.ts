// The typed client of a fleet's pages. api.gen.ts is generated from fleet.openapi.json, which the server writes.
import createClient from 'openapi-fetch';
import type { components, paths } from './api.gen';

type Schemas = components['schemas'];
export type FleetSites = Schemas['FleetSitesResponse'];
export type FleetSite = Schemas['FleetSiteResponse'];
export type FleetSiteDetail = Schemas['FleetSiteDetailResponse'];
export type HealthHistory = Schemas['HealthHistoryResponse'];
export type FleetCounts = Schemas['FleetCountsResponse'];
export type TotalSeries = Schemas['TotalSeriesResponse'];
export type Total = Schemas['TotalResponse'];
export type LineBias = Schemas['LineBiasResponse'];
export type Counted = Schemas['CountedResponse'];
export type Every = Schemas['Every'];
export type ProblemKind = Schemas['ProblemKind'];
export type AnchorFlaw = Schemas['AnchorFlaw'];

export const fleetClient = createClient<paths>({ baseUrl: '/', headers: { 'x-passerby': 'page' } });
