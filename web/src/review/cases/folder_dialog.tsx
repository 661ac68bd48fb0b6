// A dialog over the folders of the computer that runs the program: files and folders are chosen to be added.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { client, type FolderResponse, request } from '../api';
import { Button } from '../button';
import { Message } from '../message';
import { t } from '../messages';
import { withErrors } from '../notify';

interface FolderDialogProps {
  /** `add` gives files and folders, `open` one folder. */
  purpose: 'add' | 'open';
  onChosen: (paths: string[]) => void;
  onClose: () => void;
}

const joined = (folder: string, name: string): string => (folder ? `${folder}/${name}` : name);

export function FolderDialog({ purpose, onChosen, onClose }: FolderDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const folder = useSignal<FolderResponse | null>(null);
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const show = async (path: string) => {
    const query = { params: { query: { path } } };
    const listed = await withErrors(() => request<FolderResponse>(client.GET('/api/folders', query)));
    if (listed) folder.value = listed;
  };
  useEffect(() => {
    dialog.current?.showModal();
    void show('');
  }, []);
  const choose = (paths: string[]) => {
    onChosen(paths);
    dialog.current?.close();
  };
  const toggle = (path: string) => {
    const next = new Set(chosen.value);
    if (!next.delete(path)) next.add(path);
    chosen.value = next;
  };
  const current = folder.value;
  // The start folder is mostly somebody's home: it is taken as a whole only where files lie in it.
  const isMuch = !current || (!current.path && !current.files.length);
  return (
    <dialog ref={dialog} class="folders" aria-labelledby="folders-title" onClose={onClose}>
      <header>
        <h2 id="folders-title">{t('folderDialog')}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          {t('close')}
          <kbd>Esc</kbd>
        </button>
      </header>
      <p class="buttons">
        <Button
          text={t('folderUp')}
          run={() => void show(current?.parent ?? '')}
          disabled={current?.parent === null || current?.parent === undefined}
        />
        <span class="path">{current?.path || t('folderTop')}</span>
      </p>
      {current && (
        <FolderList folder={current} chosen={chosen.value} show={show} toggle={purpose === 'add' ? toggle : null} />
      )}
      {current?.more && <p>{t('folderMore')}</p>}
      <Message />
      <p class="buttons">
        {purpose === 'open' ? (
          <Button text={t('openThisFolder')} run={() => choose([current?.path ?? ''])} disabled={isMuch} strong />
        ) : (
          <>
            <Button
              text={t('addThisFolder')}
              run={() => choose([current?.path ?? ''])}
              disabled={isMuch}
              strong={!chosen.value.size}
            />
            <Button
              text={t('addChosen', { n: chosen.value.size })}
              run={() => choose([...chosen.value])}
              disabled={!chosen.value.size}
              strong={chosen.value.size > 0}
            />
          </>
        )}
      </p>
    </dialog>
  );
}

interface FolderListProps {
  folder: FolderResponse;
  chosen: ReadonlySet<string>;
  show: (path: string) => Promise<void>;
  toggle: ((path: string) => void) | null;
}

function FolderList({ folder, chosen, show, toggle }: FolderListProps) {
  if (!folder.folders.length && !folder.files.length) return <p>{t('folderEmpty')}</p>;
  return (
    <ul class="folder-list">
      {folder.folders.map((name) => (
        <li key={name}>
          <button type="button" class="plain" onClick={() => void show(joined(folder.path, name))}>
            <span aria-hidden="true">▸ </span>
            {name}
          </button>
        </li>
      ))}
      {folder.files.map(({ name, size }) => {
        const path = joined(folder.path, name);
        return (
          <li key={name}>
            {toggle ? (
              <label class="line">
                <input type="checkbox" checked={chosen.has(path)} onChange={() => toggle(path)} />
                {name} <span class="quiet">{sizeText(size)}</span>
              </label>
            ) : (
              <span class="quiet">{name}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

export const sizeText = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(bytes < 1e9 ? 1 : 0)} MB`;
