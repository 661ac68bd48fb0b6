// A part of the page that is fetched when it is shown.
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from './messages';

export function lazy<Props extends object>(fetched: () => Promise<{ default: ComponentType<Props> }>): ComponentType<Props> {
  let Found: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const there = useSignal(!!Found);
    const failed = useSignal(false);
    useEffect(() => {
      if (!Found)
        fetched()
          .then((one) => {
            Found = one.default;
            there.value = true;
          })
          .catch(() => (failed.value = true));
    }, []);
    if (failed.value)
      return (
        <p class="bad" role="alert">
          {t('unreachable')}{' '}
          <button type="button" onClick={() => location.reload()}>
            {t('again')}
          </button>
        </p>
      );
    return there.value && Found ? <Found {...props} /> : <p class="quiet">{t('loading')}</p>;
  };
}
