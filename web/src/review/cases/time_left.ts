// How long something still takes, in words.
import { t } from '../messages';

export const timeLeft = (seconds: number): string =>
  seconds < 90 ? t('secondsLeft', { n: Math.ceil(seconds) }) : t('minutesLeft', { n: Math.round(seconds / 60) });
