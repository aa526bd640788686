import type { Route } from './route.ts';
import { account } from './routes/account.ts';
import { accountProof } from './routes/account-proof.ts';
import { anchorProof } from './routes/anchor-proof.ts';
import { health } from './routes/health.ts';
import { history } from './routes/history.ts';
import { journal } from './routes/journal.ts';
import { journalFile } from './routes/journal-file.ts';
import { metrics } from './routes/metrics.ts';
import { nextWindow } from './routes/next-window.ts';
import { openapi } from './routes/openapi.ts';
import { operation } from './routes/operation.ts';
import { peers } from './routes/peers.ts';
import { ready } from './routes/ready.ts';
import { reload } from './routes/reload.ts';
import { status } from './routes/status.ts';
import { stop } from './routes/stop.ts';
import { submit } from './routes/submit.ts';

/** All that the API can do: what is served and documented. */
export const ROUTES: readonly Route[] = [
  status,
  health,
  ready,
  metrics,
  peers,
  nextWindow,
  account,
  history,
  accountProof,
  anchorProof,
  submit,
  operation,
  journal,
  journalFile,
  reload,
  stop,
  openapi(() => ROUTES),
];
