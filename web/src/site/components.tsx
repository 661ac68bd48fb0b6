// What the pages are built from: the page itself, dialogs, forms and their fields, pictures.
import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from './messages';

interface PageProps {
  title: string;
  /** Buttons beside the heading. */
  tools?: ComponentChildren;
  children: ComponentChildren;
}

export function Page({ title, tools, children }: PageProps) {
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

export function ErrorNote({ text }: { text: string | null }) {
  return text ? (
    <p class="note bad" role="alert">
      {text}
    </p>
  ) : null;
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

interface FormProps {
  onSubmit: () => Promise<unknown>;
  children?: ComponentChildren;
  label?: string;
  button: string;
  strong?: boolean;
  disabled?: boolean;
  /** Why it cannot be submitted yet, where it is disabled. */
  why?: string;
}

/** Cannot be submitted again before the first time is done. */
export function Form({ onSubmit, children, label, button, strong = true, disabled = false, why }: FormProps) {
  const busy = useSignal(false);
  return (
    <form
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        if (busy.value) return;
        busy.value = true;
        void onSubmit().finally(() => {
          busy.value = false;
        });
      }}
    >
      {children}
      <button type="submit" class={strong ? 'strong' : ''} disabled={busy.value || disabled}>
        {busy.value ? t('working') : button}
      </button>
      {disabled && why && <p class="quiet small">{why}</p>}
    </form>
  );
}

/** A picture that will be there soon is tried again this often, for two minutes. */
const RETRY_MS = 3000;
const MAX_RETRIES = 40;

interface LazyImageProps {
  src: string | null;
  alt: string;
  /** Shown where there is no picture. */
  fallback?: string;
  width?: number;
  height?: number;
  /** There will be a picture soon: try again. */
  retry?: boolean;
}

/** A picture that is fetched when it comes into view. */
export function LazyImage({ src, alt, fallback = t('noPicture'), width, height, retry = false }: LazyImageProps) {
  const failed = useSignal<string | null>(null);
  const retries = useRef(0);
  useEffect(() => {
    if (!retry || !src || failed.value !== src || retries.current >= MAX_RETRIES) return;
    const timer = window.setTimeout(() => {
      retries.current += 1;
      failed.value = null;
    }, RETRY_MS);
    return () => window.clearTimeout(timer);
  }, [failed.value, src, retry]);
  if (!src || failed.value === src) return <span class="no-picture">{fallback}</span>;
  return (
    <img
      src={src}
      alt={alt}
      loading="lazy"
      decoding="async"
      width={width}
      height={height}
      onError={() => {
        failed.value = src;
      }}
    />
  );
}

interface ToggleGroupProps<T extends string> {
  label: string;
  value: T;
  options: readonly T[];
  optionText: (option: T) => string;
  onChange: (option: T) => void;
}

/** A row of buttons of which one is pressed. */
export function ToggleGroup<T extends string>({ label, value, options, optionText, onChange }: ToggleGroupProps<T>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
          {optionText(option)}
        </button>
      ))}
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  /** Pairs of value and text. */
  options: [string, string][];
  onChange: (value: string) => void;
  /** Text of an option with an empty value, where there is one. */
  emptyText?: string;
}

export function Select({ label, value, options, onChange, emptyText }: SelectProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {emptyText !== undefined && <option value="">{emptyText}</option>}
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface FieldProps {
  label: string;
  /** Holds what is typed. */
  value: Signal<string>;
  type?: 'text' | 'password' | 'number' | 'time' | 'email' | 'url';
  hint?: string;
  required?: boolean;
  autocomplete?: string;
  minLength?: number;
  maxLength?: number;
  step?: string;
  min?: string;
  id?: string;
  inputMode?: 'numeric' | 'text';
  disabled?: boolean;
  pattern?: string;
}

export function Field({ label, value, type = 'text', hint, required, ...rest }: FieldProps) {
  return (
    <label>
      {label}
      {hint && <small class="quiet"> {hint}</small>}
      <input
        {...({ type, ...rest } as object)}
        value={value.value}
        required={required}
        onInput={(event) => {
          value.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}

interface CheckboxProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  id?: string;
}

export function Checkbox({ label, checked, onChange, id }: CheckboxProps) {
  return (
    <label class="line">
      <input type="checkbox" id={id} checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
