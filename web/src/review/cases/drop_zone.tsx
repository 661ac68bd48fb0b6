// A place on which files are dropped.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { t } from '../messages';
import * as store from './case_store';
import { droppedFiles } from './upload';

export function DropZone({ onFiles, children }: { onFiles: (files: File[]) => void; children?: ComponentChildren }) {
  const over = useSignal(false);
  const upload = store.upload.value;
  return (
    <section
      class={`drop-zone${over.value ? ' over' : ''}`}
      aria-label={t('dropHere')}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(onFiles);
      }}
    >
      {children}
      <p class="quiet">{t('dropHere')}</p>
      {upload && (
        <p role="status">
          {t('uploading', { ...upload })}
          <progress max={100} value={upload.percent} aria-label={t('uploading', { ...upload })} />
        </p>
      )}
    </section>
  );
}
