// The files of a case as a table: sorted, filtered, each row a link to its file.
import { type CaseRow, type ErrorInfo, errorText, frameUrl } from '../api';
import { Button } from '../button';
import { type Text, t } from '../messages';
import { formatDuration } from '../timecode';
import { removeFile, retryFile } from './case_actions';
import { shownRows } from './case_rows';
import * as store from './case_store';
import { openRow, stepFile } from './navigation';
import { RowPicture } from './row_picture';
import { timeLeft } from './time_left';

const COLUMNS: [store.SortColumn, Text][] = [
  ['name', 'column_name'],
  ['length', 'column_length'],
  ['state', 'column_state'],
  ['doubts', 'column_doubts'],
  ['verdict', 'column_verdict'],
];
const FILTERS: store.RowFilter[] = ['all', 'open', 'problem', 'done'];
const THUMBNAIL_PX = 160;

export function CaseTable() {
  const files = store.openCase.value?.files ?? [];
  const rows = shownRows(files, store.rowFilter.value, store.sort.value);
  return (
    <section class="case-files" aria-labelledby="files-title">
      <div class="buttons">
        <h2 id="files-title">{t('theTable')}</h2>
        <span class="quiet">
          {t('folderProgress', { done: files.filter(({ file }) => file.finished).length, all: files.length })}
        </span>
        <span class="grow" />
        <label class="line">
          {t('filter')}
          <select
            id="filter"
            value={store.rowFilter.value}
            onChange={(event) => {
              store.rowFilter.value = event.currentTarget.value as store.RowFilter;
            }}
          >
            {FILTERS.map((filter) => (
              <option key={filter} value={filter}>
                {t(`filter_${filter}`)}
              </option>
            ))}
          </select>
        </label>
        <Button text={t('nextFile')} hint="Shift+N" run={() => void stepFile(1, true)} strong />
      </div>
      {files.length ? (
        <table class="rows-table">
          <thead>
            <tr>
              <th scope="col">{t('column_picture')}</th>
              {COLUMNS.map(([column, text]) => (
                <SortableHead key={column} column={column} text={text} />
              ))}
              <th scope="col">
                <span class="hidden-text">{t('removeRow')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <FileRow key={row.file.id} row={row} />
            ))}
          </tbody>
        </table>
      ) : (
        <p>{t('noFiles')}</p>
      )}
      {files.length > 0 && !rows.length && <p>{t('noRows')}</p>}
    </section>
  );
}

function SortableHead({ column, text }: { column: store.SortColumn; text: Text }) {
  const { column: current, descending } = store.sort.value;
  const sorted = current === column;
  return (
    <th scope="col" aria-sort={sorted ? (descending ? 'descending' : 'ascending') : 'none'}>
      <button
        type="button"
        class="plain"
        onClick={() => {
          store.sort.value = { column, descending: sorted && !descending };
        }}
      >
        {t(text)}
        <span aria-hidden="true">{sorted ? (descending ? ' ▾' : ' ▴') : ''}</span>
      </button>
    </th>
  );
}

function FileRow({ row }: { row: CaseRow }) {
  const { file } = row;
  const ready = file.state === 'ready';
  const open = () => void openRow(file.id);
  return (
    <tr class={`state-${row.state}`}>
      <td>
        {row.thumbnail_frame !== null && row.thumbnail_frame !== undefined ? (
          <button
            type="button"
            class="thumb"
            tabIndex={-1}
            aria-label={t('openRow', { name: file.name })}
            onClick={open}
          >
            <RowPicture src={frameUrl('masked', file.id, 0, row.thumbnail_frame, THUMBNAIL_PX, 0, true)} />
          </button>
        ) : (
          <span class="thumb" />
        )}
      </td>
      <td class="file-cell">
        {ready ? (
          <button type="button" class="plain" aria-label={t('openRow', { name: file.name })} onClick={open}>
            {file.name}
          </button>
        ) : (
          file.name
        )}
        <small>{file.folder}</small>
      </td>
      <td>
        {row.still ? t('photo') : row.seconds !== null && row.seconds !== undefined && formatDuration(row.seconds)}
      </td>
      <td>
        <span class={`badge ${row.state}`}>{t(`row_${row.state}`)}</span>
        <RowProgress row={row} />
        {file.error && <RowError error={file.error} />}
        {file.state === 'failed' && (
          <button
            type="button"
            class="retry"
            aria-label={`${t('tryAgain')}: ${file.name}`}
            onClick={() => void retryFile(file.id)}
          >
            {t('tryAgain')}
          </button>
        )}
      </td>
      <td class="number">{ready ? row.open_entries : ''}</td>
      <td>{row.verdict && <span class={`badge verdict-${row.verdict}`}>{t(`rowVerdict_${row.verdict}`)}</span>}</td>
      <td>
        <button
          type="button"
          aria-label={`${t('removeRow')}: ${file.name}`}
          title={t('removeRow')}
          onClick={() => void removeFile(file.id, file.name)}
        >
          ×
        </button>
      </td>
    </tr>
  );
}

function RowProgress({ row }: { row: CaseRow }) {
  if (row.state !== 'analysing') return null;
  const { done = 0, total, seconds_left } = row.file.progress;
  return (
    <>
      <progress max={total ?? 1} value={total ? done : undefined} aria-label={t('row_analysing')} />
      {seconds_left !== null && seconds_left !== undefined && <small>{timeLeft(seconds_left)}</small>}
    </>
  );
}

const REMEDIES = new Set([
  'UnsupportedSource',
  'DamagedSource',
  'SourceError',
  'SourceChanged',
  'file_mismatch',
  'DiskFull',
]);

function RowError({ error }: { error: ErrorInfo }) {
  const remedy = REMEDIES.has(error.code) ? error.code : 'other';
  return (
    <small class="bad">
      {errorText(error)} {t(`remedy_${remedy}` as Text)}
      {error.message && (
        <details>
          <summary>{t('more')}</summary>
          <span lang="en">{error.message}</span>
        </details>
      )}
    </small>
  );
}
