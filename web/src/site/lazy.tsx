// A component that is fetched when it is first shown.
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from './messages';

export function lazy<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
  let Loaded: ComponentType<Props> | null = null;
  return function LazyComponent(props: Props) {
    const loaded = useSignal(Loaded !== null);
    const failed = useSignal(false);
    useEffect(() => {
      if (Loaded) return;
      load().then(
        (module) => {
          Loaded = module.default;
          loaded.value = true;
        },
        () => {
          failed.value = true;
        },
      );
    }, []);
    if (failed.value)
      return (
        <p class="bad" role="alert">
          {t('unreachable')}{' '}
          <button type="button" onClick={() => location.reload()}>
            {t('tryAgain')}
          </button>
        </p>
      );
    return loaded.value && Loaded ? <Loaded {...props} /> : <p class="quiet">{t('loading')}</p>;
  };
}
