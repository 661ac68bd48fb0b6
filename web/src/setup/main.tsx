// The first run of a site: one question after the other, from an empty machine to live masked pictures.
import { useSignal } from '@preact/signals';
import { type ComponentType, render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { restoreTheme } from '../shared/theme';
import { ApiError, request } from '../site/api';
import { applyLanguage, LANGUAGE_NAMES, storedLanguage, storeLanguage } from '../site/language';
import { type Text, t } from '../site/messages';
import { errorMessage } from '../site/toast';
import { client, firstOpen, isAnswered, problem, type Setup, STEPS, type Step, setup, shown } from './api';
import { AccessStep } from './steps/access';
import { AccountStep } from './steps/account';
import { CamerasStep } from './steps/cameras';
import { DiskStep } from './steps/disk';
import { FinishStep } from './steps/finish';
import { HideStep } from './steps/hide';
import { NoticeStep } from './steps/notice';
import { RetentionStep } from './steps/retention';
import { SiteStep } from './steps/site';
import './setup.css';

const PAGES: Record<Step | 'finish', ComponentType> = {
  site: SiteStep,
  account: AccountStep,
  disk: DiskStep,
  cameras: CamerasStep,
  hide: HideStep,
  retention: RetentionStep,
  notice: NoticeStep,
  access: AccessStep,
  finish: FinishStep,
};

export const stepTitle = (step: Step | 'finish'): string => t(`setup_${step}` as Text);

function FirstRun() {
  const closed = useSignal<string | null>(null);
  useEffect(() => {
    restoreTheme();
    applyLanguage();
    request<Setup>(client.GET('/api/setup')).then(
      (answers) => {
        setup.value = answers;
        shown.value = firstOpen();
      },
      (error) => {
        const unknown = error instanceof ApiError && error.status === 401;
        closed.value = unknown ? t('setupClosed') : errorMessage(error);
      },
    );
  }, []);
  return (
    <>
      <header class="frame">
        <h1>passerby</h1>
        <span class="grow">{t('setupTitle')}</span>
        <LanguageChoice />
      </header>
      {closed.value && (
        <main class="enter" id="main">
          <p class="note bad" role="alert">
            {closed.value}
          </p>
        </main>
      )}
      {setup.value && <Questions />}
    </>
  );
}

function Questions() {
  const step = shown.value;
  const number = step === 'finish' ? STEPS.length : STEPS.indexOf(step) + 1;
  useEffect(() => {
    document.title = `${stepTitle(step)} · passerby`;
    window.scrollTo(0, 0);
    problem.value = null;
    document.getElementById('question')?.focus({ preventScroll: true });
  }, [step]);
  const Page = PAGES[step];
  return (
    <div class="setup">
      <nav aria-label={t('setupSteps')}>
        <ol class="steps">
          {STEPS.map((one, index) => (
            <li key={one} class={isAnswered(one) ? 'done' : ''}>
              <button
                type="button"
                aria-current={one === step ? 'step' : undefined}
                disabled={!isAnswered(one) && one !== firstOpen()}
                onClick={() => {
                  shown.value = one;
                }}
              >
                <span class="number" aria-hidden="true">
                  {isAnswered(one) ? '✓' : index + 1}
                </span>
                {stepTitle(one)}
                {isAnswered(one) && <span class="unseen">, {t('setupDone')}</span>}
              </button>
            </li>
          ))}
        </ol>
      </nav>
      <main id="main">
        {step !== 'finish' && <p class="quiet count">{t('setupCount', { n: number, all: STEPS.length })}</p>}
        <h2 id="question" tabIndex={-1}>
          {stepTitle(step)}
        </h2>
        <Page key={step} />
        <Problem />
      </main>
    </div>
  );
}

/** What was wrong with the answer, brought into view. */
function Problem() {
  const note = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (problem.value) note.current?.scrollIntoView({ block: 'nearest' });
  }, [problem.value]);
  return problem.value ? (
    <p ref={note} class="note bad" role="alert">
      {problem.value}
    </p>
  ) : null;
}

function LanguageChoice() {
  return (
    <label class="line">
      <span class="unseen">{t('language')}</span>
      <select
        value={storedLanguage() || document.documentElement.lang}
        onChange={(event) => {
          storeLanguage(event.currentTarget.value);
          location.reload();
        }}
      >
        {LANGUAGE_NAMES.map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

const root = document.getElementById('page');
if (root) render(<FirstRun />, root);
