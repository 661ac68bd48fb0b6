// The start page: the list of cases, and a form for a new one.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CaseDetails, CaseSummary } from '../api';
import { Button } from '../button';
import { t } from '../messages';
import { toast } from '../notify';
import { formatDate } from '../timecode';
import { createCase, openFolderAsCase } from './case_actions';
import { CaseFields, NO_DETAILS } from './case_form';
import * as store from './case_store';
import { DropZone } from './drop_zone';
import { FolderDialog } from './folder_dialog';
import { showCasePage } from './navigation';

export function StartPage() {
  const dialog = useSignal(false);
  return (
    <main class="start">
      <section aria-labelledby="cases-title">
        <h2 id="cases-title">{t('cases')}</h2>
        <CaseTable />
        {store.start.value?.may_browse && (
          <Button
            text={t('openFolder')}
            run={() => {
              dialog.value = true;
            }}
          />
        )}
      </section>
      <NewCase />
      {dialog.value && (
        <FolderDialog
          purpose="open"
          onChosen={([path]) =>
            void openFolderAsCase(path ?? '').then((opened) => (opened ? showCasePage() : undefined))
          }
          onClose={() => {
            dialog.value = false;
          }}
        />
      )}
    </main>
  );
}

function CaseTable() {
  const cases = store.cases.value;
  if (cases === null) return <p>{t('loading')}</p>;
  if (!cases.length) return <p>{t('noCases')}</p>;
  return (
    <table class="rows-table">
      <thead>
        <tr>
          <th scope="col">{t('caseNumber')}</th>
          <th scope="col">{t('requestor')}</th>
          <th scope="col">{t('requested')}</th>
          <th scope="col">{t('caseState')}</th>
        </tr>
      </thead>
      <tbody>
        {cases.map((item) => (
          <tr key={item.id}>
            <td>
              <button type="button" class="plain" onClick={() => void showCasePage(item.id)}>
                {item.details.number || item.folder}
              </button>
            </td>
            <td>{item.details.requestor}</td>
            <td>{formatDate(item.details.requested ?? '')}</td>
            <td>{item.problem ? <span lang="en">{item.problem}</span> : stateText(item)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function stateText(item: CaseSummary): string {
  const { files = 0, reviewed = 0, released } = item;
  if (!files) return t('caseEmpty');
  const counts = `${t('caseFiles', { n: files })}, ${t('caseReviewed', { done: reviewed, all: files })}`;
  if (released) return `${t('caseReleased', { date: formatDate(released) })} (${counts})`;
  return `${t(reviewed === files ? 'caseReady' : 'caseInProgress')} (${counts})`;
}

function NewCase() {
  const details = useSignal<CaseDetails>(NO_DETAILS);
  const paths = useSignal<string[]>([]);
  const dropped = useSignal<File[]>([]);
  const dialog = useSignal(false);
  const saving = useSignal(false);
  useEffect(() => {
    document.getElementById('case-number')?.focus();
  }, []);
  const create = async () => {
    if (!details.value.number?.trim()) {
      document.getElementById('case-number')?.focus();
      return toast(t('numberNeeded'), true);
    }
    saving.value = true;
    if (await createCase(details.value, paths.value, dropped.value)) await showCasePage();
    saving.value = false;
  };
  return (
    <section aria-labelledby="new-case-title" class="card">
      <h2 id="new-case-title">{t('newCase')}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <CaseFields
          details={details.value}
          onInput={(changed) => {
            details.value = changed;
          }}
        />
        <DropZone
          onFiles={(files) => {
            dropped.value = [...dropped.value, ...files];
          }}
        >
          {store.start.value?.may_browse && (
            <Button
              text={t('addFiles')}
              run={() => {
                dialog.value = true;
              }}
            />
          )}
          <ChosenFiles
            names={[...paths.value.map((path) => path || t('folderTop')), ...dropped.value.map((file) => file.name)]}
            remove={(index) => {
              const from = paths.value.length;
              if (index < from) paths.value = paths.value.filter((_, other) => other !== index);
              else dropped.value = dropped.value.filter((_, other) => other !== index - from);
            }}
          />
        </DropZone>
        <button type="submit" class="strong" disabled={saving.value}>
          {t('createCase')}
        </button>
      </form>
      {dialog.value && (
        <FolderDialog
          purpose="add"
          onChosen={(chosen) => {
            paths.value = [...new Set([...paths.value, ...chosen])];
          }}
          onClose={() => {
            dialog.value = false;
          }}
        />
      )}
    </section>
  );
}

function ChosenFiles({ names, remove }: { names: string[]; remove: (index: number) => void }) {
  if (!names.length) return null;
  return (
    <ul class="chosen" aria-label={t('chosenFiles')}>
      {names.map((name, index) => (
        <li key={index}>
          {name}{' '}
          <button type="button" aria-label={t('removeChosen', { name })} onClick={() => remove(index)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}
