// One case: its details, its files, and its release.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Button } from '../button';
import { t } from '../messages';
import { addPaths, saveDetails, uploadAll } from './case_actions';
import { CaseFields, NO_DETAILS } from './case_form';
import * as store from './case_store';
import { CaseTable } from './case_table';
import { withTheirs } from './details_merge';
import { DropZone } from './drop_zone';
import { FolderDialog } from './folder_dialog';
import { LeftOutNote } from './left_out';
import { ReleasePanel } from './release_panel';
import { TypePanel } from './type_panel';

export function CasePage() {
  const dialog = useSignal(false);
  const opened = store.openCase.value;
  if (!opened) return <main class="waiting">{t('loading')}</main>;
  return (
    <main class="case">
      <CaseTable />
      <div class="case-side">
        <ReleasePanel />
        <DropZone onFiles={(files) => void uploadAll(files)}>
          {store.start.value?.may_browse && (
            <Button
              text={t('addFiles')}
              run={() => {
                dialog.value = true;
              }}
            />
          )}
        </DropZone>
        <LeftOutNote />
        <Details key={opened.id} />
        <TypePanel />
      </div>
      {dialog.value && (
        <FolderDialog
          purpose="add"
          onChosen={(paths) => void addPaths(paths)}
          onClose={() => {
            dialog.value = false;
          }}
        />
      )}
    </main>
  );
}

/** Saved when a field is left. What was typed stays if that fails, and what others change shows in the other fields. */
function Details() {
  const shown = store.openCase.value?.details ?? NO_DETAILS;
  const seen = useSignal(shown);
  const typed = useSignal(shown);
  useEffect(() => {
    typed.value = withTheirs(typed.value, seen.value, shown);
    seen.value = shown;
  }, [JSON.stringify(shown)]);
  return (
    <section class="card" aria-labelledby="details-title">
      <h2 id="details-title">{t('caseDetails')}</h2>
      <CaseFields
        details={typed.value}
        onInput={(details) => {
          typed.value = details;
        }}
        onChange={() => void saveDetails(typed.value, seen.value)}
      />
      <Button
        text={t('reasonsButton')}
        run={() => {
          store.reasonsOpen.value = true;
        }}
      />
    </section>
  );
}
