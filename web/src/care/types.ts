// The shapes of the care routes of docs/formats/api.md: today, visits, patients, programmes, referrals, consultations, notices.
import type { Mark, Source, Text } from '../api/types';

export interface Person {
  id: string;
  name: string;
  gender: string;
  birthDate: string;
  age: number | null;
  phone: string;
  idNumber: string;
  organization: string;
  organizationName: string;
  address?: string;
  // Shown without who it is: Unmask.
  masked?: boolean;
}

export interface Step {
  task: string;
  version: string | number;
  pathway: string;
  pathwayTitle: Text;
  step: string;
  name: Text;
  form: string | null;
  activity?: string | null;
  due: string;
  windowStart: string;
  windowEnd: string;
  status: string;
  escalatedTo: string | null;
  who: string[];
}

export interface Reading {
  on: string;
  value: string | number;
}

export interface LastReading {
  code: string;
  name: Text;
  unit: string;
  value: string | number;
  on: string;
}

export interface DuePerson {
  patient: Person;
  steps: Step[];
  overdueDays: number;
  returned: boolean;
  lastReadings: LastReading[];
}

export interface Today {
  date: string;
  asOf: number;
  // False: the counts are of those who were looked at so far, and there are more.
  complete: boolean;
  counts: { due: number; overdue: number; returned: number; done: number };
  people: DuePerson[];
}

// A form of a pack, as its file says it.
export interface Comparison {
  item: string;
  at_least?: number | string;
  at_most?: number | string;
  above?: number | string;
  below?: number | string;
  equals?: number | string | boolean;
}

export interface Condition {
  any?: Comparison[];
  all?: Comparison[];
}

export interface FormOption {
  code: string;
  text: Text;
  exclusive?: boolean;
}

export interface FormItem {
  id: string;
  type: 'quantity' | 'decimal' | 'integer' | 'choice' | 'choices' | 'text' | 'date' | 'boolean' | 'group' | 'display';
  text: Text;
  unit?: string;
  required?: boolean;
  minimum?: number | string;
  maximum?: number | string;
  observation?: { system: string; code: string; name?: Text; panel?: string };
  history?: number;
  keep?: boolean;
  options?: FormOption[];
  show_when?: Comparison | Condition;
  // Of the groups that it stands in (made when the form is flattened).
  within?: (Comparison | Condition)[];
  items?: FormItem[];
}

export type Urgency = 'emergency' | 'urgent' | 'routine';

export interface Danger extends Condition {
  id: string;
  text: Text;
  refer?: { urgency: Urgency; criterion: string };
}

export interface Form {
  id: string;
  title: Text;
  edition: string;
  sources?: Source[];
  items: FormItem[];
  dangers?: Danger[];
  next?: (Condition & { days: number })[];
}

export type AnswerValue = string | number | boolean | string[];
export type Answers = Record<string, AnswerValue>;

export interface FormAnswer {
  form: Form;
  previous: { answers: Answers; on?: string } | null;
  // What the record says for the step `task`, which the page asked for and notes here.
  initial: Answers;
  task: string;
  readings: Record<string, Reading[]>;
  // After how many days this step comes again when nothing was found; null: it comes once; not there: not known.
  usualDays?: number | null;
}

export interface VisitRequest {
  clientKey: string;
  patient: string;
  at: string;
  method: string;
  tasks: { task: string; version: string | number }[];
  forms: { form: string; answers: Answers }[];
  note: string;
  [field: string]: unknown;
}

export interface VisitReceipt {
  visit: string;
  completed: string[];
  next: Step[];
  dangers: { id: string; text: Text; refer?: { urgency: Urgency; criterion: string } }[];
}

export type Course = 'prevent' | 'screen' | 'diagnose' | 'treat' | 'rehabilitate';
export const courses: Course[] = ['prevent', 'screen', 'diagnose', 'treat', 'rehabilitate'];

export interface Enrolment {
  id?: string;
  pathway: string;
  title: Text;
  stage: string | null;
  stageName: Text | null;
  course: Course | null;
  status: string;
  since: string;
  edition: string;
  exitReason?: string | null;
  organization: string;
}

// The reasons that the server knows (src/referral/emergency.cc).
export const emergencyReasons = ['resuscitation', 'unconscious', 'emergency', 'other'] as const;

export interface EmergencyOpening {
  id: string;
  version: number;
  state: 'waiting' | 'justified' | 'unjustified';
  at: string;
  until: string;
  user: string;
  who: string;
  organization: string;
  organizationName: string;
  patientName: string;
  reason: string;
  text: string;
  reviewedAt: string | null;
  reviewer: string | null;
  note: string | null;
}

export interface PatientRecord {
  patient: Person;
  enrolments: Enrolment[];
  steps: Step[];
  problems: { code: string; name: string; since: string; status: string }[];
  readings: { code: string; name: Text; unit: string; points: Reading[] }[];
  timeline: { on: string; kind: string; title: Text | string; course?: Course | null; institution: string; institutionName: string; reference: string }[];
  documents: Attached[];
  emergencyUntil: string | null;           // this user reads it for an emergency, until then
  emergencies: EmergencyOpening[];
  access: { at: string; who: string; organizationName: string }[] | null;   // null: the server does not say
}

export interface Pathway {
  id: string;
  kind: string;
  order: number;
  title: Text;
  edition: string;
  sources: Source[];
  exits: { id: string; name: Text; byHand?: boolean }[];
  stages: { id: string; name: Text; course: Course; steps: { id: string; name: Text; who?: string[] }[] }[];
}

export interface Programme {
  asOf: number;
  pathway: string;
  pool: { screened: number; target: number; enrolled: number; exited: number };
  stages: { stage: string; name: Text; course: Course; people: number; overdue: number; medianDays: number | null }[];
  // `to`: a stage, or `exit:REASON`.
  flows: { from: string; to: string; people: number }[];
  // Of those under way; '' is an edition that was not written down.
  editions: { edition: string; people: number }[];
  // Steps that are due, and of them those whose window has ended.
  overdueBy: { organization: string; name: string; above: string; aboveName: string; practitioners: string[]; due: number; overdue: number }[];
  measures: string[];
}

// What one call of many moved to the present edition; `next` is where the following one goes on.
export interface MovedSome {
  looked: number;
  moved: number;
  left: { patient: Person; why: Text }[];
  next: string | null;
}

export interface ProgrammePerson {
  patient: Person;
  stage: string | null;
  stageName: Text | null;
  since: string | null;
  due: string | null;
  overdueDays: number;
}

export interface ProgrammePeople {
  people: ProgrammePerson[];
  // false: these are the first 500.
  complete: boolean;
}

// Referrals
export interface Party {
  organization: string;
  name: string;
  practitioner?: string;
  department?: string;
  phone?: string;
}

export interface ReferralPlan {
  pathway?: string;
  text: string;
  nextDate?: string;
}

export interface Referral {
  id: string;
  version: string | number;
  direction: Direction;
  urgency: Urgency;
  type?: string;
  state: string;
  stateName: Text;
  patient: Person;
  from: Party;
  to: Party;
  criterion: string;
  criterionText: Text | null;
  criterionMark?: Mark;
  reason: string;
  summary: string;
  sentAt: string | null;
  answerBy: string | null;
  overdue: boolean;
  slot: { start?: string; department?: string; bed?: string } | null;
  history: { at: string; who: string; verb: string; state: string; stateName?: Text; note: string; reason?: string }[];
  attachments?: Attached[];
  results: { reference?: string; title?: Text | string; text?: string }[];
  plan: ReferralPlan | null;
  may: string[];
}

export type Direction = 'up' | 'down' | 'lateral';
export type ReferralBox = 'received' | 'sent' | 'review';

export interface ReferralRule {
  id: string;
  group?: string;
  groupName?: Text;
  direction?: Direction;
  urgency?: Urgency;
  to?: string;
  text: Text;
  mark: Mark;
  services?: string[];
  plan?: string;
  proposed?: boolean;
}

export interface ReasonChoice {
  id: string;
  text: Text;
}

export interface ReferralRules {
  rules: ReferralRule[];
  urgencies: { id: Urgency; name: Text; answerMinutes: number }[];
  reasons: { decline?: ReasonChoice[]; withdraw?: ReasonChoice[]; notTakenOver?: ReasonChoice[]; [kind: string]: ReasonChoice[] | undefined };
}

export interface Receiver {
  organization: string;
  name: string;
  level: string;
  distance: string;
  openReferrals: number;
  services: string[];
  suggested: boolean;
  why: Text;
}

// A record that travels with a question.
export interface Attached {
  reference: string;
  on?: string | null;
  kind?: string;
  title: Text | string;
  institutionName?: string;
  // Of what it is made; null: there is nothing to show.
  contentType?: string | null;
}

// While the text is as it was signed: who, when, and the hash of it.
export interface Signature {
  at: string;
  who: string;
  sha256: string;
}

export interface Consultation {
  id: string;
  version: string | number;
  kind: 'written' | 'scheduled';
  mode: 'single' | 'mdt';
  state: string;
  stateName: Text;
  urgency: Urgency;
  patient: Person;
  question: string;
  from: Party;
  invited: { organization: string; name: string; practitioner?: string; state: string; stateName?: Text; note?: string }[];
  scheduledAt: string | null;
  // Where those invited meet: a room, a number or an address.
  meeting: string | null;
  // The step or course of a pathway that it belongs to, which its conclusion ends.
  about?: { step: string; enrolment: string; pathway: string; title: Text } | null;
  sentAt: string | null;
  answerBy?: string | null;
  overdue?: boolean;
  opinions: { at: string; who: string; organizationName?: string; diagnosis: string; advice: string; transfer: boolean | string; signed: Signature | null }[];
  conclusion: { at: string; who: string; text: string; signed: Signature | null } | null;
  attachments?: Attached[];
  may: string[];
}

export interface Notice {
  id: string;
  at: string;
  kind: string;
  title: Text;
  about: { type: string; id: string };
  patient: { id: string; name: string } | null;
  read: boolean;
}

export interface WorkCounts {
  referralsReceived?: number;
  referralsToReview?: number;
  drafts?: number;
  consultations?: number;
  notices?: number;
  due?: number;
  overdue?: number;
}
