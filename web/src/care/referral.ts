// What the pages of referral share: whether one still asks something of anybody.
import type { Referral } from './types';

export const isOver = (referral: Pick<Referral, 'state'>): boolean => ['closed', 'declined', 'withdrawn', 'expired', 'no-show', 'entered-in-error', 'not-taken-over'].includes(referral.state);
