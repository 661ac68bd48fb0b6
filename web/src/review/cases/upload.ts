// Copies a dropped file to the server in pieces: a browser tells its content, and not where it lies.
import { ApiError, type CaseResponse, errorText } from '../api';
import { t } from '../messages';

/** The server takes requests of up to a megabyte. */
const PIECE_BYTES = 1_000_000;

/** Sends all pieces in order; `onProgress` gets the percentage. The case as it is afterwards. */
export async function uploadFile(
  caseId: number,
  file: File,
  onProgress: (percent: number) => void,
): Promise<CaseResponse> {
  let opened: CaseResponse | null = null;
  let offset = 0;
  do {
    const piece = file.slice(offset, offset + PIECE_BYTES);
    const last = offset + piece.size >= file.size;
    opened = await send(caseId, file.name, offset, last, piece);
    offset += piece.size;
    onProgress(file.size ? Math.floor((100 * offset) / file.size) : 100);
  } while (offset < file.size);
  return opened;
}

async function send(caseId: number, name: string, offset: number, last: boolean, piece: Blob): Promise<CaseResponse> {
  const query = new URLSearchParams({ name, offset: String(offset), last: String(last) });
  const response = await fetch(`/api/cases/${caseId}/upload?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', 'x-passerby': 'page' },
    body: piece,
  });
  if (response.ok) return (await response.json()) as CaseResponse;
  const body = await response.json().catch(() => ({}));
  const text = body.error ? errorText(body.error) : t('status_other', { status: response.status });
  throw new ApiError(text, response.status, body.error?.message ?? null);
}

/** All files of a drop, those in dropped folders too. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (!entries.length) return [...transfer.files];
  const nested = await Promise.all(entries.map(filesOf));
  return nested.flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    // A browser gives a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    found.push(...(await Promise.all(some.map(filesOf))).flat());
  }
}
