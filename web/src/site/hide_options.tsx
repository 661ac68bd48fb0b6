// Which kinds of objects are masked: for one camera, or by default for all.
import type { Kind, Profile } from './api';
import { hideName, t } from './messages';

export const HIDEABLE_KINDS: Kind[] = ['face', 'plate', 'person', 'text', 'screen'];
export const PROFILES: Profile[] = ['fast', 'balanced', 'thorough'];

interface HideOptionsProps {
  /** Null: the site's default. */
  value: Kind[] | null;
  /** The site's default, where it can be chosen. */
  siteDefault?: readonly Kind[];
  onChange: (kinds: Kind[] | null) => void;
}

export function HideOptions({ value, siteDefault, onChange }: HideOptionsProps) {
  const selected = value ?? siteDefault ?? [];
  return (
    <fieldset>
      <legend>{t('hides')}</legend>
      {siteDefault && (
        <label class="line">
          <input
            type="checkbox"
            checked={value === null}
            onChange={(event) => onChange(event.currentTarget.checked ? null : [...siteDefault])}
          />
          {t('asDefault', { value: siteDefault.map(hideName).join(', ') })}
        </label>
      )}
      {(value !== null || !siteDefault) &&
        HIDEABLE_KINDS.map((kind) => (
          <label key={kind} class="line">
            <input
              type="checkbox"
              checked={selected.includes(kind)}
              onChange={(event) => {
                const kinds = event.currentTarget.checked
                  ? [...selected, kind]
                  : selected.filter((other) => other !== kind);
                if (kinds.length) onChange(kinds);
                else event.currentTarget.checked = true; // something must be hidden
              }}
            />
            {hideName(kind)}
          </label>
        ))}
    </fieldset>
  );
}
