// Marks a file as reviewed and goes on: what is done most often in a case is one click.
import { markFileReviewed } from '../actions';
import * as store from '../store';
import { refreshCase } from './case_actions';
import { stepFile } from './navigation';

export async function reviewedNext(): Promise<void> {
  if (!store.file.value || !(await markFileReviewed(true))) return;
  await refreshCase();
  await stepFile(1, true);
}
