// A referral from what is known: the criterion of the pack, the receiver suggested for it, what travels.
import type { Direction, Receiver, ReferralRule, ReferralRules, Urgency } from '../../care/types';

export interface TypedReferral {
  clientKey: string;
  direction: Direction;
  criterion: string;
  urgency: Urgency | '';
  receiver: string;
  department: string;
  reasonText: string;
  summary: string;
  // What is left at home: everything else travels.
  without: string[];
  consent: boolean;
}

// "pathway/criterion" in a form's danger, or the rule's own id.
export function ruleOf(rules: ReferralRule[], criterion: string): ReferralRule | undefined {
  if (criterion === '') return undefined;
  const name = (rule: ReferralRule) => (rule.group && !rule.id.includes('/') ? `${rule.group}/${rule.id}` : rule.id);
  return rules.find((rule) => rule.id === criterion || name(rule) === criterion);
}

export const criterionName = (rule: ReferralRule): string => (rule.group && !rule.id.includes('/') ? `${rule.group}/${rule.id}` : rule.id);

const order: Urgency[] = ['routine', 'urgent', 'emergency'];
export const urgencyOf = (typed: Urgency | '', rule: ReferralRule | undefined): Urgency => typed || rule?.urgency || 'routine';
export const isLower = (a: Urgency, b: Urgency): boolean => order.indexOf(a) < order.indexOf(b);

export function answerWithin(rules: ReferralRules | undefined, urgency: Urgency): { minutes?: number; hours?: number } | null {
  const minutes = rules?.urgencies.find((each) => each.id === urgency)?.answerMinutes;
  if (!minutes) return null;
  return minutes % 60 === 0 && minutes > 60 ? { hours: minutes / 60 } : { minutes };
}

export function receiverOf(receivers: Receiver[], chosen: string): Receiver | undefined {
  return receivers.find((each) => each.organization === chosen) ?? (chosen === '' ? receivers.find((each) => each.suggested) ?? receivers[0] : undefined);
}

export type ReferralFault = 'criterion' | 'receiver' | 'consent' | 'reason';

export function faultsOf(typed: TypedReferral, rule: ReferralRule | undefined, receiver: Receiver | undefined, urgency: Urgency): ReferralFault[] {
  const found: ReferralFault[] = [];
  if (!rule && typed.reasonText.trim() === '') found.push('criterion');
  if (!receiver) found.push('receiver');
  // In an emergency consent may come later; the record says that it was not given in advance.
  if (!typed.consent && urgency !== 'emergency') found.push('consent');
  return found;
}
