import { ok, route } from '../route.ts';

export const metrics = route({
  method: 'GET',
  path: '/metrics',
  about: 'Figures for Prometheus, at most a second old',
  answers: { 200: { about: 'Text format 0.0.4', type: 'text/plain; version=0.0.4; charset=utf-8' } },
  errors: [503],
  handle: async (ports) => ok(await ports.metrics()),
});
