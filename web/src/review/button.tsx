// A button with the key that does the same.
interface ButtonProps {
  text: string;
  /** The key, as it is written on the keyboard. */
  hint?: string;
  run: () => void;
  disabled?: boolean;
  strong?: boolean;
  id?: string;
  pressed?: boolean;
}

export function Button({ text, hint, run, disabled, strong, id, pressed }: ButtonProps) {
  return (
    <button
      type="button"
      id={id}
      class={strong ? 'strong' : ''}
      disabled={disabled}
      aria-pressed={pressed}
      onClick={run}
    >
      {text}
      {hint && <kbd>{hint}</kbd>}
    </button>
  );
}
