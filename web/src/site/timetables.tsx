// Weekly hours with holidays, to which alerts can be limited. Written into site.yaml.
import { useSignal } from '@preact/signals';
import { client, type HolidayRegion, request, type Timetables as Saved, type Timetable } from './api';
import { ErrorNote, Form } from './components';
import { t } from './messages';
import { QueryStatus, useQuery } from './query';
import { nameFrom } from './shapes';
import { TimetableHolidays } from './timetable_holidays';
import { withErrors } from './toast';

const WORKDAYS: Timetable['hours'][number]['days'] = ['mon', 'tue', 'wed', 'thu', 'fri'];
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday'] as const;
const MAX_NAME = 60;

export function Timetables({ onSaved }: { onSaved: () => void }) {
  const query = useQuery(() => request<Saved>(client.GET('/api/timetables')), []);
  const saved = query.data.value;
  return (
    <section class="card" aria-labelledby="timetables">
      <h3 id="timetables">{t('timetables')}</h3>
      {saved && <p class="quiet">{t('timetablesNote', { zone: saved.timezone })}</p>}
      <QueryStatus query={query} />
      <ErrorNote text={saved?.write_problem ?? null} />
      {saved && (
        <TimetablesForm
          key={saved.revision}
          saved={saved}
          onSaved={(next) => {
            query.data.value = next;
            onSaved();
          }}
        />
      )}
    </section>
  );
}

function TimetablesForm({ saved, onSaved }: { saved: Saved; onSaved: (next: Saved) => void }) {
  const tables = useSignal<Timetable[]>(saved.timetables.map(({ timetable }) => timetable));
  const usedBy = new Map(saved.timetables.map(({ timetable, used_by }) => [timetable.name, used_by]));
  const regions = useQuery(() => request<HolidayRegion[]>(client.GET('/api/timetables/regions')), []);
  const put = (index: number, changed: Timetable | null) => {
    tables.value = tables.value.flatMap((table, n) => (n === index ? (changed ?? []) : table));
  };
  const add = () => {
    const taken = new Set(tables.value.map(({ name }) => name));
    const hours = [{ days: WORKDAYS, start: '08:00:00', end: '18:00:00' }];
    const name = nameFrom(t('timetableNew'), taken) || 'timetable';
    tables.value = [...tables.value, { name, display_name: t('timetableNew'), hours, extra_holidays: [] }];
  };
  const submit = () =>
    withErrors(async () => {
      const body = { revision: saved.revision, timetables: tables.value };
      onSaved(await request<Saved>(client.PUT('/api/timetables', { body: body as never })));
    }, t('savedApplied'));
  const withoutDay = tables.value.some(({ hours }) => hours.some(({ days }) => !days.length));
  return (
    <Form
      onSubmit={submit}
      button={t('save')}
      label={t('timetables')}
      disabled={withoutDay || !!saved.write_problem}
      why={withoutDay ? t('hoursNoDay') : undefined}
    >
      {!tables.value.length && <p>{t('timetablesNone')}</p>}
      {tables.value.map((table, index) => (
        <TimetableFields
          key={table.name}
          table={table}
          usedBy={usedBy.get(table.name) ?? []}
          regions={regions.data.value ?? []}
          onChange={(changed) => put(index, changed)}
        />
      ))}
      <p>
        <button type="button" onClick={add}>
          {t('timetableAdd')}
        </button>
      </p>
    </Form>
  );
}

interface TimetableFieldsProps {
  table: Timetable;
  usedBy: readonly string[];
  regions: readonly HolidayRegion[];
  /** Null removes it. */
  onChange: (changed: Timetable | null) => void;
}

function TimetableFields({ table, usedBy, regions, onChange }: TimetableFieldsProps) {
  const title = table.display_name || table.name;
  const setHours = (hours: Timetable['hours']) => onChange({ ...table, hours });
  return (
    <fieldset class="timetable">
      <legend>{title}</legend>
      <label>
        {t('timetableName')}
        <input
          value={title}
          required
          maxLength={MAX_NAME}
          onChange={({ currentTarget }) =>
            currentTarget.reportValidity() && onChange({ ...table, display_name: currentTarget.value.trim() })
          }
        />
      </label>
      <h4>{t('hoursTitle')}</h4>
      <p class="quiet small">{t('hoursNote')}</p>
      {table.hours.map((hours, index) => (
        <HoursFields
          key={index}
          hours={hours}
          removable={table.hours.length > 1}
          onChange={(changed) => setHours(table.hours.flatMap((one, n) => (n === index ? (changed ?? []) : one)))}
        />
      ))}
      <button
        type="button"
        onClick={() => setHours([...table.hours, { days: ['sat'], start: '08:00:00', end: '12:00:00' }])}
      >
        {t('hoursAdd')}
      </button>
      <TimetableHolidays table={table} regions={regions} onChange={onChange} />
      <button type="button" disabled={usedBy.length > 0} onClick={() => onChange(null)}>
        {t('timetableRemove')}
      </button>
      {usedBy.length > 0 && <p class="quiet small">{t('timetableUsed', { places: usedBy.join(', ') })}</p>}
    </fieldset>
  );
}

interface HoursFieldsProps {
  hours: Timetable['hours'][number];
  removable: boolean;
  onChange: (changed: Timetable['hours'][number] | null) => void;
}

function HoursFields({ hours, removable, onChange }: HoursFieldsProps) {
  const time = (value: string | undefined) => (value ?? '00:00').slice(0, 5);
  const fields = [
    ['start', t('hoursFrom')],
    ['end', t('hoursTo')],
  ] as const;
  return (
    <div class="hours">
      <div role="group" aria-label={t('hoursDays')}>
        {DAYS.map((day) => (
          <label key={day} class="line">
            <input
              type="checkbox"
              checked={hours.days.includes(day)}
              onChange={({ currentTarget }) =>
                onChange({
                  ...hours,
                  days: DAYS.filter((other) =>
                    other === day ? currentTarget.checked : hours.days.includes(other),
                  ) as Timetable['hours'][number]['days'],
                })
              }
            />
            {t(`day_${day}`)}
          </label>
        ))}
      </div>
      {fields.map(([name, label]) => (
        <label key={name} class="line">
          {label}
          <input
            type="time"
            required
            value={time(hours[name])}
            onChange={({ currentTarget }) =>
              currentTarget.value && onChange({ ...hours, [name]: `${currentTarget.value}:00` })
            }
          />
        </label>
      ))}
      {removable && (
        <button type="button" onClick={() => onChange(null)}>
          {t('hoursRemove')}
        </button>
      )}
    </div>
  );
}
