// What is hidden: kinds of things, or what holds for the whole site.
import type { Kind, Profile } from './api';
import { hidingName, t } from './messages';

export const HIDEABLE: Kind[] = ['face', 'plate', 'person', 'text', 'screen'];
export const PROFILES: Profile[] = ['fast', 'balanced', 'thorough'];

/** `value` is null where the default holds. Without `otherwise` there is none. */
export function HideChoice({ value, otherwise, set }: { value: Kind[] | null; otherwise?: readonly Kind[]; set: (next: Kind[] | null) => void }) {
  const now = value ?? otherwise ?? [];
  return (
    <fieldset>
      <legend>{t('hides')}</legend>
      {otherwise && (
        <label class="line">
          <input type="checkbox" checked={value === null} onChange={(event) => set(event.currentTarget.checked ? null : [...otherwise])} />
          {t('asDefault', { value: otherwise.map(hidingName).join(', ') })}
        </label>
      )}
      {(value !== null || !otherwise) &&
        HIDEABLE.map((kind) => (
          <label key={kind} class="line">
            <input
              type="checkbox"
              checked={now.includes(kind)}
              onChange={(event) => {
                const next = event.currentTarget.checked ? [...now, kind] : now.filter((one) => one !== kind);
                if (next.length) set(next);
                else event.currentTarget.checked = true;
              }}
            />
            {hidingName(kind)}
          </label>
        ))}
    </fieldset>
  );
}
