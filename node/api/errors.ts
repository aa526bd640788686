import type { Route } from './route.ts';

/** What an error's status means, whatever was asked. */
const ABOUT: Readonly<Record<number, string>> = {
  400: 'What was sent is none of what is taken; the words say where',
  401: 'No token, or another than in api.token',
  404: 'There is no such thing',
  408: 'The request did not arrive within 10 s',
  413: 'The body is longer than 16 384 bytes',
  415: 'The body is no JSON by its content-type',
  429: 'More requests than the node answers in a second; ask again after Retry-After',
  431: 'The headers are longer than 8 192 bytes',
  500: 'A fault of the program; the log has more',
  503: 'The node is starting or stopping, or busy with what was asked before; ask again after Retry-After',
};

/** Errors that a route answers with, ascending. */
export const errorsOf = ({ method, params, query, isOpen, errors = [] }: Route) => {
  const statuses = new Set([408, 429, 431, 500, ...errors]);
  if (!isOpen) statuses.add(401);
  if (params !== undefined || query !== undefined) statuses.add(400);
  if (method === 'POST') for (const status of [400, 413, 415]) statuses.add(status);
  return [...statuses].sort((a, b) => a - b).map((status) => ({ status, about: ABOUT[status]! }));
};
