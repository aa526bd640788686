import * as z from 'zod';
import { openApi } from '../openapi.ts';
import { ok, type Route, route } from '../route.ts';

/** The document of all routes, this one included. */
export const openapi = (routes: () => readonly Route[]): Route =>
  route({
    method: 'GET',
    path: '/openapi.json',
    about: 'This document',
    answers: { 200: { about: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) } },
    handle: async () => ok(openApi(routes())),
  });
