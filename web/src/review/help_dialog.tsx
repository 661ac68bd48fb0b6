// All keyboard shortcuts, as shortcuts.ts lists them.
import { useEffect, useRef } from 'preact/hooks';
import { t } from './messages';
import { SHORTCUTS, shortcutLabel } from './shortcuts';
import { JUDGE_KEYS } from './spot_check_panel';
import * as store from './store';

const GROUPS = ['time', 'view', 'tracks', 'ranges', 'other'] as const;

export function HelpDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={() => {
        store.helpOpen.value = false;
      }}
    >
      <header>
        <h2 id="help-title">{t('helpTitle')}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          {t('close')}
          <kbd>Esc</kbd>
        </button>
      </header>
      <p>{t('helpIntro')}</p>
      <p>{t('helpBox')}</p>
      <div class="keys">
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{t(`group_${group}`)}</h3>
            <dl>
              {SHORTCUTS.filter((shortcut) => shortcut.group === group).map(({ keys, text }) => (
                <Row key={text} keys={keys} text={t(text)} />
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>{t('spotCheck')}</h3>
          <dl>
            <Row keys={[JUDGE_KEYS.clean]} text={t('judgeClean')} />
            <Row keys={[JUDGE_KEYS.problem]} text={t('judgeProblem')} />
          </dl>
        </section>
      </div>
    </dialog>
  );
}

function Row({ keys, text }: { keys: string[]; text: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{shortcutLabel(key)}</kbd>
        ))}
      </dt>
      <dd>{text}</dd>
    </div>
  );
}
