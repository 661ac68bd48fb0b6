// Trying a rule before it is saved: how often it would have told yesterday.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { client, type Rule, type RuleTrial, request } from './api';
import { t } from './messages';
import { route } from './route';
import { withErrors } from './toast';

const SHARE_WORTH_SAYING = 0.99;

export function RuleTrialButton({ rule }: { rule: Rule }) {
  const trial = useSignal<RuleTrial | null>(null);
  const busy = useSignal(false);
  const text = JSON.stringify(rule);
  useEffect(() => {
    trial.value = null; // of another rule
  }, [text]);
  const attempt = async () => {
    busy.value = true;
    await withErrors(async () => {
      trial.value = await request<RuleTrial>(
        client.POST('/api/cameras/{camera}/counting/try-rule', {
          params: { path: { camera: route.value.camera } },
          body: { rule } as never,
        }),
      );
    });
    busy.value = false;
  };
  return (
    <div>
      <button type="button" id="try-rule" disabled={busy.value} onClick={() => void attempt()}>
        {t('tryRule')}
      </button>
      <p role="status" class="quiet small">
        {trial.value && trialText(trial.value)}
      </p>
    </div>
  );
}

export function trialText({ at_least, at_most, observed_share }: RuleTrial): string {
  if (observed_share === 0) return t('trialNothing');
  const said =
    at_least === at_most
      ? t(at_most === 1 ? 'trialOnce' : 'trialTimes', { n: at_most })
      : t('trialRange', { from: at_least, to: at_most });
  if (observed_share >= SHARE_WORTH_SAYING) return said;
  return `${said} ${t('trialObserved', { hours: (24 * observed_share).toFixed(1) })}`;
}
