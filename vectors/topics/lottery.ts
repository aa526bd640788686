import { IdSet } from '#core/collections/id-map.ts';
import { isActive, isCemented, quorumOf } from '#core/consensus/roster.ts';
import { cascadeOf, depthOf, leaderOf, penalties, revealOrder, winnerOf } from '#core/lottery/cascade.ts';
import { lotteryEndpoint } from '#core/lottery/endpoint.ts';
import { type LotteryMode, lnQ64 } from '#core/lottery/ln.ts';
import { calibrateTarget } from '#core/lottery/target.ts';
import { lotteryWeight, orderTickets, seniority, type Ticket, weightedTicket } from '#core/lottery/ticket.ts';
import type { Handlers } from '../handler.ts';
import type { Input } from '../input.ts';

export const modeOf = (input: Input): LotteryMode => input.text('mode') as LotteryMode;

export const ticketsOf = (input: Input, name: string): readonly Ticket[] =>
  input.list(name).map((entry) => ({ nodeId: entry.id('node_id'), ticket: entry.big('ticket') }));

const weightOf = (input: Input): bigint => lotteryWeight(input.big('chain_length'), input.big('chain_length_snapshot'));

/** 04 §3, §6, §7; 09 §11.4. */
export const lottery: Handlers = {
  ln_q64: (input) => ({ ln_q64: lnQ64(modeOf(input), input.id('endpoint')) }),
  weighted_ticket: (input) => ({
    lottery_weight: weightOf(input),
    seniority_term: seniority(input.big('chain_length'), input.big('chain_length_snapshot')),
    weighted_ticket: weightedTicket(modeOf(input), input.id('endpoint'), weightOf(input)),
  }),
  lottery_endpoint: (input) => ({
    endpoint: lotteryEndpoint(
      input.id('t_w'),
      input.id('aggregate_w_minus_2'),
      input.id('node_id'),
      input.big('window'),
    ),
  }),
  ticket_order: (input) => ({ order: orderTickets(ticketsOf(input, 'tickets')).map(({ nodeId }) => nodeId) }),
  lottery_round: (input) => {
    const tickets = input.list('nodes').map((node) => {
      const nodeId = node.id('node_id');
      const endpoint = lotteryEndpoint(input.id('t_w'), input.id('aggregate_w_minus_2'), nodeId, input.big('window'));
      return { nodeId, ticket: weightedTicket(modeOf(input), endpoint, weightOf(node)) };
    });
    return { order: orderTickets(tickets) };
  },
  quorum: (input) => ({ quorum: quorumOf(input.big('active_chain_length')) }),
  is_cemented: (input) => ({ cemented: isCemented(input.big('sum'), input.big('active_chain_length')) }),
  is_active: (input) => ({
    active: isActive(
      {
        startWindow: input.big('start_window'),
        lastConfirmationWindow: input.big('last_confirmation_window'),
      },
      input.big('window'),
      input.big('tau2_windows'),
    ),
  }),
  winner: (input) => {
    const order = revealOrder(ticketsOf(input, 'reveals'), input.ids('penalised'));
    return { winner: winnerOf(order, ticketsOf(input, 'active')), order };
  },
  cascade: (input, wanted) => {
    const table = IdSet.from(input.ids('node_table'));
    const cascade =
      input.number('window') < 2
        ? [input.id('bootstrap_node_id'), ...[...input.ids('other_genesis_node_ids')].sort()]
        : cascadeOf(
            revealOrder(ticketsOf(input, 'reveals'), input.ids('penalised')),
            (nodeId) => table.has(nodeId),
            input.list('active').map((entry) => ({
              nodeId: entry.id('node_id'),
              ticket: entry.has('ticket') ? entry.big('ticket') : undefined,
            })),
          );
    const rounds = wanted.list('leaders').map((leader) => leader.number('round'));
    const leaders = rounds.map((round) => ({
      round,
      fallback_depth: depthOf(round),
      node_id: leaderOf(cascade, round),
    }));
    return { cascade, leaders };
  },
  penalties: (input) => ({ penalised: penalties(input.ids('cascade'), input.number('fallback_depth')) }),
  target_calibration: (input) => ({
    target_new: calibrateTarget(input.big('target_old'), input.big('total_reveals'), input.big('tau2_windows')),
  }),
};
