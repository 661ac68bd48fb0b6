// When an alert is on: always, during a timetable, or outside of it.
import type { Counting, Rule } from './api';
import { Select } from './components';
import { t } from './messages';

export type TimetableName = Counting['timetables'][number];

/** For those who may not change it. */
export function ruleTimesText({ during, outside }: Rule, timetables: readonly TimetableName[]): string {
  const titled = (name: string) => timetables.find((one) => one.name === name)?.display_name || name;
  if (during) return t('alertDuring', { timetable: titled(during) });
  return outside ? t('alertOutside', { timetable: titled(outside) }) : t('alertAlways');
}

interface RuleTimesProps {
  rule: Rule;
  timetables: readonly TimetableName[];
  onChange: (changed: Rule) => void;
}

export function RuleTimes({ rule, timetables, onChange }: RuleTimesProps) {
  const options = timetables.flatMap(({ name, display_name }): [string, string][] => [
    [`during ${name}`, t('alertDuring', { timetable: display_name || name })],
    [`outside ${name}`, t('alertOutside', { timetable: display_name || name })],
  ]);
  const value = rule.during ? `during ${rule.during}` : rule.outside ? `outside ${rule.outside}` : '';
  return (
    <>
      <Select
        label={t('alertWhen')}
        value={value}
        emptyText={t('alertAlways')}
        options={options}
        onChange={(chosen) => {
          const [how, name = null] = chosen.split(' ');
          const [during, outside] = how === 'during' ? [name, null] : [null, chosen ? name : null];
          onChange({ ...rule, during, outside });
        }}
      />
      {!timetables.length && <p class="quiet small">{t('alertNoTimetable')}</p>}
    </>
  );
}
