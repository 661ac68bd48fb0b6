// What every page is made of: asking the server and showing what it says, words at the edge, dialogs, buttons.
import { type Signal, signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Refusal } from './api';
import { t } from './messages';

export const said = signal<{ text: string; bad: boolean } | null>(null);

export function say(text: string, bad = false): void {
  said.value = { text, bad };
}

/** What a refusal needs is seen to by the frame (see session.ts); everything else is told. */
export function sayProblem(problem: unknown): void {
  if (problem instanceof Refusal && problem.needs) return;
  say(problem instanceof Refusal ? problem.message : t('unreachable'), true);
}

/** Do it, and tell what went wrong. True when nothing did. */
export async function attempt(work: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await work();
    if (done) say(done);
    return true;
  } catch (problem) {
    sayProblem(problem);
    return false;
  }
}

export interface Asked<T> {
  value: Signal<T | null>;
  problem: Signal<string | null>;
  again: () => Promise<void>;
}

/** Ask when `on` changes, and every so many seconds while the page is looked at. */
export function useAsked<T>(work: () => Promise<T>, on: unknown[], every = 0): Asked<T> {
  const value = useSignal<T | null>(null);
  const problem = useSignal<string | null>(null);
  const round = useRef(0);
  const latest = useRef(work);
  latest.current = work;
  const again = async () => {
    const mine = ++round.current;
    try {
      const found = await latest.current();
      if (mine !== round.current) return;
      value.value = found;
      problem.value = null;
    } catch (error) {
      if (mine !== round.current || (error instanceof Refusal && error.needs)) return;
      problem.value = error instanceof Refusal ? error.message : t('unreachable');
    }
  };
  useEffect(() => {
    void again();
    const timer = every ? window.setInterval(() => document.hidden || void again(), every * 1000) : 0;
    return () => {
      round.current += 1;
      window.clearInterval(timer);
    };
  }, on);
  return { value, problem, again };
}

/** A heading, what is wrong, and the page; the first thing that a screen reader comes to. */
export function Page({ title, tools, children }: { title: string; tools?: ComponentChildren; children: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · passerby`;
  }, [title]);
  return (
    <main class="site-page" id="main" tabIndex={-1}>
      <div class="heading">
        <h2>{title}</h2>
        <span class="grow" />
        {tools}
      </div>
      {children}
    </main>
  );
}

export function Problem({ text }: { text: string | null }) {
  return text ? (
    <p class="note bad" role="alert">
      {text}
    </p>
  ) : null;
}

/** While there is nothing yet: that it is being asked for, or why there is nothing. */
export function Waiting({ asked }: { asked: Asked<unknown> }) {
  return asked.problem.value ? <Problem text={asked.problem.value} /> : <p class="quiet">{t('loading')}</p>;
}

export function Toast() {
  useEffect(() => {
    if (!said.value || said.value.bad) return;
    const over = window.setTimeout(() => (said.value = null), 5000);
    return () => window.clearTimeout(over);
  }, [said.value]);
  const now = said.value;
  return (
    <div class={`message site-message ${now?.bad ? 'bad' : ''}`} role={now?.bad ? 'alert' : 'status'} aria-live="polite">
      {now && (
        <>
          {now.text}{' '}
          <button type="button" aria-label={t('close')} onClick={() => (said.value = null)}>
            ×
          </button>
        </>
      )}
    </div>
  );
}

export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="small" aria-labelledby="dialog-title" onClose={close}>
      <header>
        <h2 id="dialog-title">{title}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          {t('close')}
          <kbd>Esc</kbd>
        </button>
      </header>
      {children}
    </dialog>
  );
}

/** A form that sends once, and cannot be sent again meanwhile. */
export function Form({ submit, children, label, button, strong = true, disabled = false }: { submit: () => Promise<unknown>; children?: ComponentChildren; label?: string; button: string; strong?: boolean; disabled?: boolean }) {
  const busy = useSignal(false);
  return (
    <form
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        if (busy.value) return;
        busy.value = true;
        void submit().finally(() => (busy.value = false));
      }}
    >
      {children}
      <button type="submit" class={strong ? 'strong' : ''} disabled={busy.value || disabled}>
        {busy.value ? t('working') : button}
      </button>
    </form>
  );
}

/** Milliseconds after which a picture is asked for again that should be there soon, and how often. */
const SOON = 3000;
const OFTEN = 40;

/** A picture that is fetched when it comes into view; where there is none, words. `soon`: there will be one. */
export function Picture({ src, alt, none = t('noPicture'), width, height, soon = false }: { src: string | null; alt: string; none?: string; width?: number; height?: number; soon?: boolean }) {
  const failed = useSignal<string | null>(null);
  const tries = useRef(0);
  useEffect(() => {
    if (!soon || !src || failed.value !== src || tries.current >= OFTEN) return;
    const over = window.setTimeout(() => {
      tries.current += 1;
      failed.value = null;
    }, SOON);
    return () => window.clearTimeout(over);
  }, [failed.value, src, soon]);
  if (!src || failed.value === src) return <span class="no-picture">{none}</span>;
  return <img src={src} alt={alt} loading="lazy" decoding="async" width={width} height={height} onError={() => (failed.value = src)} />;
}

/** A row of choices of which one holds. */
export function Choice<T extends string>({ label, value, options, name, choose }: { label: string; value: T; options: readonly T[]; name: (one: T) => string; choose: (one: T) => void }) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((one) => (
        <button key={one} type="button" aria-pressed={one === value} onClick={() => choose(one)}>
          {name(one)}
        </button>
      ))}
    </div>
  );
}

export function Select({ label, value, options, choose, none }: { label: string; value: string; options: [string, string][]; choose: (one: string) => void; none?: string }) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {options.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Field({ label, value, set, type = 'text', hint, required, ...rest }: { label: string; value: string; set: (text: string) => void; type?: 'text' | 'password' | 'number'; hint?: string; required?: boolean; autocomplete?: string; minLength?: number; maxLength?: number; step?: string; min?: string; id?: string; inputMode?: 'numeric' | 'text' }) {
  return (
    <label>
      {label}
      {hint && <small class="quiet"> {hint}</small>}
      <input {...({ type, ...rest } as object)} value={value} required={required} onInput={(event) => set(event.currentTarget.value)} />
    </label>
  );
}
