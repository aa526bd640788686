#!/usr/bin/env node
// Starts the command line in a Node that runs TypeScript: the pinned one if it is installed, else the running one if it can.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pinned = fileURLToPath(
  new URL(`../node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`, import.meta.url),
);
const main = fileURLToPath(new URL('./cli/main.ts', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
const stripsTypes = major > 22 || (major === 22 && minor >= 18);
const hasPinned = existsSync(pinned);

if (hasPinned ? realpathSync(pinned) === realpathSync(process.execPath) : stripsTypes) {
  try {
    await import('./cli/main.ts');
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const [what] = error.message.split(' imported from ');
    console.error(`montana: ${what}; run "npm install" in ${fileURLToPath(new URL('..', import.meta.url))}`);
    process.exitCode = 1;
  }
} else if (hasPinned) {
  const child = spawn(pinned, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends SIGINT to the child by itself.
  const signals = process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  if (process.stdin.isTTY) process.on('SIGINT', () => {});
  child.on('error', (error) => {
    console.error(`montana: cannot start ${pinned}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code;
    else {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
} else {
  console.error(
    `montana: Node ${process.versions.node} is too old; run "npm rebuild node" here, or install Node 24 or newer`,
  );
  process.exitCode = 1;
}
