// What the pages of referral share: whether one still asks something of anybody, its criterion, who receives.
import type { Receiver, Referral, ReferralRule } from './types';

// The first of a long list, and whoever is chosen.
export function firstOf<T>(list: T[], first: number, isChosen: (each: T) => boolean): T[] {
  return list.length <= first + 1 ? list : list.filter((each, index) => index < first || isChosen(each));
}

export const isOver = (referral: Pick<Referral, 'state'>): boolean => ['closed', 'declined', 'withdrawn', 'expired', 'entered-in-error'].includes(referral.state);

// Of a draft that a step of a pathway proposed and nobody has sent: the entry of the history that says so.
export const proposalOf = ({ state, sentAt, history }: Pick<Referral, 'state' | 'sentAt' | 'history'>): Referral['history'][number] | undefined =>
  state === 'draft' && sentAt === null ? history.find((each) => each.verb === 'propose') : undefined;

// "pathway/criterion" in a form's danger, or the rule's own id.
export function ruleOf(rules: ReferralRule[], criterion: string): ReferralRule | undefined {
  if (criterion === '') return undefined;
  const name = (rule: ReferralRule) => (rule.group && !rule.id.includes('/') ? `${rule.group}/${rule.id}` : rule.id);
  return rules.find((rule) => rule.id === criterion || name(rule) === criterion);
}

export const criterionName = (rule: ReferralRule): string => (rule.group && !rule.id.includes('/') ? `${rule.group}/${rule.id}` : rule.id);

export function receiverOf(receivers: Receiver[], chosen: string): Receiver | undefined {
  return receivers.find((each) => each.organization === chosen) ?? (chosen === '' ? receivers.find((each) => each.suggested) ?? receivers[0] : undefined);
}
