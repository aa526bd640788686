import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** A plot as text: SVG, in a <figure> if it has a legend. `id` tells its identifiers from those of other plots of the page. */
export const plotText = (id: string, options: Plot.PlotOptions): string => {
  const { document } = parseHTML('<!doctype html><html></html>');
  const plot: unknown = Plot.plot({ width: 720, ...options, document });
  const text = (plot as { readonly outerHTML: string }).outerHTML;
  // Clip paths are numbered over the life of the process: numbered anew, the same data give the same bytes.
  const numbers = new Map<string, number>();
  return text.replaceAll(/plot-clip-(\d+)/g, (_, old: string) => {
    if (!numbers.has(old)) numbers.set(old, numbers.size + 1);
    return `${id}-clip-${numbers.get(old)}`;
  });
};
