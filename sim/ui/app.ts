import { setImmediate as breathe } from 'node:timers/promises';
import { Box, type Key as InkKey, render, Text, useApp, useInput, useWindowSize } from 'ink';
import { createElement, type ReactNode, useEffect, useEffectEvent, useReducer } from 'react';
import type { Key, Screen } from './screen.ts';

/** Milliseconds between two frames of a run; a key is answered at once. */
const FRAME = 125;

/** The screen in a terminal: gives it keys and time, writes what it draws. */
const App = ({ screen }: { readonly screen: Screen }): ReactNode => {
  const { columns, rows } = useWindowSize();
  const { exit, waitUntilRenderFlush } = useApp();
  const [, redraw] = useReducer((count: number) => count + 1, 0);

  const work = useEffectEvent(async (isOn: () => boolean): Promise<void> => {
    let drawn = performance.now();
    while (isOn() && screen.isBusy) {
      if (screen.isPreparing) await waitUntilRenderFlush();
      await screen.work();
      const now = performance.now();
      if (now - drawn >= FRAME || !screen.isBusy) {
        drawn = now;
        redraw();
      }
      await breathe();
    }
  });

  // Works until there is nothing to do; a key may start it again.
  const isBusy = screen.isBusy;
  useEffect(() => {
    if (!isBusy) return;
    let isOn = true;
    work(() => isOn).catch((error) => exit(error instanceof Error ? error : new Error(String(error))));
    return () => {
      isOn = false;
    };
  }, [isBusy, exit]);

  useInput((input, key) => {
    for (const name of keysOf(input, key)) screen.key(name);
    if (screen.left === undefined) redraw();
    else exit();
  });

  const lines = screen.draw({ columns, rows });
  return createElement(
    Box,
    { flexDirection: 'column' },
    lines.map((line, i) => createElement(Text, { key: String(i), wrap: 'truncate' }, line)),
  );
};

/** Keys by their names; several characters typed at once are several keys. */
const keysOf = (input: string, key: InkKey): readonly Key[] => {
  if (key.ctrl) return input === 'c' ? ['interrupt'] : [];
  if (key.upArrow) return ['up'];
  if (key.downArrow) return ['down'];
  if (key.return) return ['enter'];
  if (key.escape) return ['escape'];
  return [...input].map((character) => (character === '\r' || character === '\n' ? 'enter' : character));
};

/** The streams of a terminal; tests bring their own. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  /** Every frame as it is, without cursor movements. */
  readonly debug?: boolean;
}

/** Shows the screen until it is left. The terminal is restored before this settles; rejects with what the screen threw. */
export const show = async (screen: Screen, { stdin, stdout, debug = false }: Terminal): Promise<void> => {
  const { waitUntilExit } = render(createElement(App, { screen }), {
    ...{ stdin, stdout, debug, exitOnCtrlC: false, patchConsole: false, interactive: true },
    ...{ alternateScreen: true, incrementalRendering: true, maxFps: 15 },
  });
  await waitUntilExit();
};
