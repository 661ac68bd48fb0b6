import { expect, test } from 'vitest';
import type { RuleTrial } from './api';
import { trialText } from './rule_trial';

const trial = (at_least: number, at_most: number, observed_share = 1): RuleTrial => ({
  start: 0,
  end: 86400,
  at_least,
  at_most,
  observed_share,
});

test('a number where there is no doubt, a range where there is', () => {
  expect(trialText(trial(3, 3))).toContain('3 times');
  expect(trialText(trial(1, 1))).toContain('once');
  expect(trialText(trial(2, 5))).toContain('2 to 5 times');
});

test('what was not observed is said', () => {
  expect(trialText(trial(0, 0, 0))).not.toContain('0 times');
  expect(trialText(trial(3, 3, 0.5))).toContain('12.0');
});
