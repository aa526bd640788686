/** Makes a value at most once in `span` milliseconds, however many ask for it. One that cannot be made is made again. */
export const shared = <T>(span: number, make: () => Promise<T>): (() => Promise<T>) => {
  let at = Number.NEGATIVE_INFINITY;
  let value: Promise<T> | undefined;
  return () => {
    const now = performance.now();
    if (value === undefined || now >= at + span) {
      at = now;
      value = make();
      value.catch(() => {
        value = undefined;
      });
    }
    return value;
  };
};
