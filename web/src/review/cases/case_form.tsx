// The fields that describe a case.
import type { CaseDetails } from '../api';
import { type Text, t } from '../messages';

/** Name of a field, its text, and whether it is a date. */
const FIELDS: [keyof CaseDetails, Text, boolean][] = [
  ['number', 'caseNumber', false],
  ['requestor', 'requestor', false],
  ['requested', 'requested', true],
  ['agency', 'agency', false],
  ['officer', 'officer', false],
];
export const NO_DETAILS: CaseDetails = { number: '', requestor: '', requested: '', agency: '', officer: '' };
const MAX_LENGTH: Record<string, number> = { number: 100, requested: 10 };

interface CaseFieldsProps {
  details: CaseDetails;
  /** At every key. */
  onInput: (details: CaseDetails) => void;
  /** When a field is left with another value. */
  onChange?: () => void;
}

export function CaseFields({ details, onInput, onChange }: CaseFieldsProps) {
  return (
    <div class="case-fields">
      {FIELDS.map(([name, text, date]) => (
        <label key={name}>
          {t(text)}
          <input
            {...(date ? { type: 'date' } : { type: 'text' })}
            id={`case-${name}`}
            value={details[name] ?? ''}
            required={name === 'number'}
            maxLength={MAX_LENGTH[name] ?? 200}
            onInput={(event) => onInput({ ...details, [name]: event.currentTarget.value })}
            onChange={onChange}
          />
        </label>
      ))}
    </div>
  );
}
