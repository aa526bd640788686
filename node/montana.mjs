#!/usr/bin/env node
// Starts the command line in a Node that runs TypeScript: the pinned one if it is installed, else the running one if it can.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The pinned Node: in a checkout's node_modules, or beside the installed package. */
const findPinned = () => {
  try {
    const file = createRequire(import.meta.url).resolve('node/package.json');
    return fileURLToPath(new URL(`bin/node${process.platform === 'win32' ? '.exe' : ''}`, pathToFileURL(file)));
  } catch {
    return '';
  }
};
const pinned = findPinned();
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
    const advice = main.endsWith('.ts')
      ? `run "npm install" in ${fileURLToPath(new URL('..', import.meta.url))}`
      : 'install it again';
    console.error(`montana: ${what}; ${advice}`);
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
    `montana: Node ${process.versions.node} is too old; run "npm rebuild node" where this program is, or install Node 24 or newer`,
  );
  process.exitCode = 1;
}
