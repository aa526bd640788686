import type { Header } from '../consensus/objects.ts';
import type { Assembly } from '../snapshot/assembly.ts';
import type { SideFromArchive } from '../snapshot/side-from-archive.ts';
import type { AnchorSearch, TrustedAnchor } from './anchor-search.ts';
import type { ChunkDownload } from './chunk-download.ts';
import type { Telling } from './progress.ts';
import type { SideDownload } from './side-download.ts';

/** What fast sync is at, with what it began from. */
export type Stage =
  | { readonly name: 'anchor'; readonly phase: AnchorSearch }
  | {
      readonly name: 'chunks';
      readonly phase: ChunkDownload;
      readonly anchor: TrustedAnchor;
      readonly assembly: Assembly;
      readonly telling: Telling;
    }
  | {
      readonly name: 'side';
      readonly phase: SideDownload;
      readonly side: SideFromArchive;
      readonly anchor: Header;
      readonly telling: Telling;
    };

/** The window of the anchor, once one is found. */
export const anchorOf = (stage: Stage): number => {
  if (stage.name === 'anchor') return stage.phase.found?.header.window ?? -1;
  return stage.name === 'chunks' ? stage.anchor.header.window : stage.anchor.window;
};
