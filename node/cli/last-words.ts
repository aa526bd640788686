/** Whether a disk or a quota is full, by the words of the system or of LMDB. */
const isFull = (reason: string): boolean => /no space left on device|disk quota exceeded/i.test(reason);

/** Why a node of `dir` cannot go on, in one line for its operator; what to do where that is not in the reason. */
export const lastWords = (reason: string, dir: string): string =>
  isFull(reason)
    ? `no space is left for ${dir} or its log; make room on the disk, then start the node again: it goes on from its store`
    : reason;
