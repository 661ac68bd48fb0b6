// What was not added to a case with the files that were added last, and why.
import { t } from '../messages';
import * as store from './case_store';

/** More names are not listed. */
const MAX_LISTED = 20;

export function LeftOutNote() {
  const told = store.openCase.value?.left_out;
  const dropped = store.leftOutOfDrop.value;
  const hidden = (told?.hidden ?? 0) + dropped.hidden;
  const refused = [
    ...(told?.refused ?? []).map(({ name, reason }) => `${name}: ${t(`refused_${reason}`)}`),
    ...dropped.refused.map(({ name, why }) => `${name}: ${why}`),
  ];
  if (!hidden && !refused.length) return null;
  return (
    <section class="note" role="status" aria-label={t('leftOut')}>
      {hidden > 0 && <p>{t(hidden === 1 ? 'leftOutHiddenOne' : 'leftOutHidden', { n: hidden })}</p>}
      {refused.length > 0 && (
        <>
          <p class="bad">{t('leftOutRefused', { n: refused.length })}</p>
          <ul>
            {refused.slice(0, MAX_LISTED).map((line, index) => (
              <li key={index}>{line}</li>
            ))}
            {refused.length > MAX_LISTED && <li>{t('leftOutMore', { n: refused.length - MAX_LISTED })}</li>}
          </ul>
        </>
      )}
    </section>
  );
}
