// Asks what is in a box that is being drawn: a click or a digit chooses, and confirms the box.
import { Button } from './button';
import { cancelDraft, commitDraft, draftKind, KINDS } from './draft_box';
import { kindName, t } from './messages';
import * as store from './store';

export function KindChoice() {
  if (store.mode.value !== 'draw' || !store.draftBox.value) return null;
  return (
    <div
      class="kind-choice"
      role="group"
      aria-label={t('whatIsIt')}
      onPointerDown={(event) => event.stopPropagation()} // it lies on the picture, on which a press draws
    >
      <b>{t('whatIsIt')}</b>
      {KINDS.map((kind, index) => (
        <Button
          key={kind}
          text={kindName(kind)}
          hint={kind === draftKind.value ? `${index + 1} ${t('enterKey')}` : String(index + 1)}
          run={() => void commitDraft(kind)}
          strong={kind === draftKind.value}
        />
      ))}
      <Button text={t('cancelBox')} hint="Esc" run={cancelDraft} />
    </div>
  );
}
