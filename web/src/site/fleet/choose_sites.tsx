// Chooses some of many sites: none is all of them. With a field to find one by its name.
import { useSignal } from '@preact/signals';
import type { Counted } from './api';
import { f } from './messages';

type Site = Counted['sites'][number];

interface ChooseSitesProps {
  sites: readonly Site[];
  /** Names; none for all. */
  chosen: readonly string[];
  onChange: (names: readonly string[]) => void;
}

/** Sites that are listed at once; of more, those that the field finds. */
const MAX_LISTED = 50;

export function ChooseSites({ sites, chosen, onChange }: ChooseSitesProps) {
  const search = useSignal('');
  const sought = search.value.trim().toLowerCase();
  const found = sites.filter(
    ({ name, display_name }) => name.includes(sought) || display_name.toLowerCase().includes(sought),
  );
  const listed = found.slice(0, MAX_LISTED);
  const toggle = (name: string) =>
    onChange(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]);
  return (
    <details class="choose-sites">
      <summary>{f('sitesChosen', { sites: chosenText(sites, chosen) })}</summary>
      <fieldset>
        <legend>{f('sitesShown')}</legend>
        {sites.length > MAX_LISTED && (
          <label>
            {f('findSite')}
            <input
              type="search"
              value={search.value}
              onInput={(event) => {
                search.value = event.currentTarget.value;
              }}
            />
          </label>
        )}
        {listed.map(({ name, display_name }) => (
          <label key={name} class="line">
            <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
            {display_name}
          </label>
        ))}
        {found.length > listed.length && (
          <p class="quiet small">{f('moreSites', { n: found.length - listed.length })}</p>
        )}
        <button type="button" disabled={!chosen.length} onClick={() => onChange([])}>
          {f('chooseAll')}
        </button>
      </fieldset>
    </details>
  );
}

function chosenText(sites: readonly Site[], chosen: readonly string[]): string {
  if (!chosen.length) return f('all');
  if (chosen.length > 2) return String(chosen.length);
  return chosen.map((name) => sites.find((site) => site.name === name)?.display_name ?? name).join(', ');
}
