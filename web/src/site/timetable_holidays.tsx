// Holidays of a timetable: the public ones of a country or a part of it, and days of one's own.
import { useSignal } from '@preact/signals';
import { client, type Holiday, type HolidayRegion, request, type Timetable } from './api';
import { Select } from './components';
import { languageCode } from './language';
import { t } from './messages';
import { useQuery } from './query';
import { daysOf, MAX_DAYS, MAX_RANGE_DAYS, rangesOf, withDays } from './timetable_days';

interface TimetableHolidaysProps {
  table: Timetable;
  regions: readonly HolidayRegion[];
  onChange: (changed: Timetable) => void;
}

export function TimetableHolidays({ table, regions, onChange }: TimetableHolidaysProps) {
  const [country = '', part = ''] = (table.holidays ?? '').split(/-(.*)/);
  const names = new Intl.DisplayNames([languageCode()], { type: 'region', fallback: 'code' });
  const countries = regions
    .map(({ code }): [string, string] => [code, countryName(names, code)])
    .sort((a, b) => a[1].localeCompare(b[1], languageCode()));
  const parts = Object.entries(regions.find(({ code }) => code === country)?.parts ?? {});
  const set = (holidays: string) => onChange({ ...table, holidays: holidays || null });
  return (
    <>
      <h4>{t('holidaysTitle')}</h4>
      <Select
        label={t('holidaysCountry')}
        value={country}
        emptyText={t('none')}
        options={countries.length ? countries : country ? [[country, country]] : []}
        onChange={set}
      />
      {country && parts.length > 0 && (
        <Select
          label={t('holidaysPart')}
          value={part}
          emptyText={t('holidaysNational')}
          options={parts.sort((a, b) => a[1].localeCompare(b[1], languageCode()))}
          onChange={(chosen) => set(chosen ? `${country}-${chosen}` : country)}
        />
      )}
      {table.holidays && <PublicHolidays region={table.holidays} />}
      <OwnHolidays
        days={table.extra_holidays ?? []}
        onChange={(extra_holidays) => onChange({ ...table, extra_holidays })}
      />
    </>
  );
}

/** Some codes of the list are none of a country, such as that of a stock exchange. */
function countryName(names: Intl.DisplayNames, code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

function PublicHolidays({ region }: { region: string }) {
  const year = new Date().getFullYear();
  return (
    <>
      {[year, year + 1].map((shown) => (
        <YearOfHolidays key={shown} region={region} year={shown} />
      ))}
    </>
  );
}

function YearOfHolidays({ region, year }: { region: string; year: number }) {
  const language = languageCode() as 'en' | 'de';
  const query = useQuery(
    () => request<Holiday[]>(client.GET('/api/timetables/holidays', { params: { query: { region, year, language } } })),
    [region, year, language],
  );
  const found = query.data.value;
  if (!found) return null;
  return (
    <details>
      <summary>{t('holidaysShown', { year, n: found.length })}</summary>
      <ul class="small">
        {found.map(({ day, name }) => (
          <li key={day}>
            {day} {name}
          </li>
        ))}
      </ul>
    </details>
  );
}

interface OwnHolidaysProps {
  days: readonly string[];
  onChange: (days: string[]) => void;
}

function OwnHolidays({ days, onChange }: OwnHolidaysProps) {
  const [first, last, problem] = [useSignal(''), useSignal(''), useSignal('')];
  const add = () => {
    const more = daysOf(first.value, last.value || first.value);
    const all = withDays(days, more);
    if (!more.length) problem.value = t('holidaysBackwards');
    else if (more.length > MAX_RANGE_DAYS || all.length > MAX_DAYS)
      problem.value = t('holidaysTooMany', { n: MAX_RANGE_DAYS, all: MAX_DAYS });
    else {
      problem.value = t('holidaysAdded', { n: all.length - days.length });
      first.value = '';
      last.value = '';
      onChange(all);
    }
  };
  return (
    <fieldset>
      <legend>{t('holidaysOwn')}</legend>
      {!days.length && <p class="quiet small">{t('holidaysOwnNone')}</p>}
      <ul class="plain">
        {rangesOf(days).map(({ from, to, days: n }) => {
          const text = n > 1 ? t('holidaysRange', { from, to, n }) : from;
          const gone = new Set(daysOf(from, to));
          return (
            <li key={from} class="buttons">
              {text}
              <button
                type="button"
                aria-label={t('holidaysRemove', { days: text })}
                onClick={() => onChange(days.filter((day) => !gone.has(day)))}
              >
                {t('remove')}
              </button>
            </li>
          );
        })}
      </ul>
      <div class="hours">
        {(
          [
            [first, t('holidaysFirst')],
            [last, t('holidaysLast')],
          ] as const
        ).map(([value, label]) => (
          <label key={label} class="line">
            {label}
            <input
              type="date"
              value={value.value}
              onInput={({ currentTarget }) => {
                value.value = currentTarget.value;
              }}
            />
          </label>
        ))}
        <button type="button" disabled={!first.value} onClick={add}>
          {t('holidaysAdd')}
        </button>
      </div>
      <p class="small" role="status">
        {problem.value}
      </p>
    </fieldset>
  );
}
