// The shapes of docs/formats/api.md, by hand. Decimals are strings: they are shown, compared and exported, never summed here
// where a sum would be money.

export interface Text {
  zh: string;
  en: string;
}

export type Mark = 'official' | 'read' | 'K' | 'K-low';

export interface Source {
  title: Text;
  reference: string;
  mark: Mark;
}

export interface ApiErrorBody {
  category: string;
  code: string;
  zh: string;
  en: string;
}

export interface Session {
  user: string;
  name: string;
  role: string;
  wholeCounty: boolean;
  organizations: string[];
  // Of managing: 'system', 'security', 'audit'; none for most people.
  duties?: string[];
  mustChangePassword: boolean;
  // The role asks for a second factor, and there is none yet: nothing else is answered.
  mustEnrol?: boolean;
  expires: string;
}

// Of somebody whose password was right and whose code is still to come.
export interface HalfSession {
  user: string;
  needsCode: true;
  // What the account has beside its codes on paper.
  factors?: ('code' | 'passkey')[];
  expires: string;
}

export interface Organization {
  code: string;
  name: string;
  kind: string;
  level: string;
  region: string;
  lead: string;
}

export interface County {
  code: string;
  name: string;
  demo: boolean;
  dataFrom: string | null;
  dataTo: string | null;
  asOf: number;
  latestYear: string | null;
  organizations: Organization[];
  packs: { id: string; title: Text; edition: string }[];
  diseaseGroups?: { id: string; name: Text }[];
  destinations?: { id: string; name: Text }[];
}

export type MeasureKind = 'ratio' | 'mean' | 'count' | 'per-distinct' | 'distinct' | 'coverage' | 'growth';

export interface MeasureDefinition {
  id: string;
  kind: MeasureKind;
  subject: 'county' | 'hospital' | 'unit';
  name: Text;
  definition: Text;
  numerator: Text;
  denominator: Text;
  exclusions: Text;
  direction: 'up' | 'down' | 'monitor';
  unit: string;
  target: { value: string; source: Source } | null;
  guard: { denominatorMinimum: number; windowMonths: number; monthsBelowMinimum: number } | null;
  sources: Source[];
  edition: string;
  effectiveFrom: string | null;
  effectiveTo: string | null;
  sql: string;
}

export interface SheetRow {
  measure: string;
  subject: string;
  subjectName: string;
  period: string;
  stratum: string;
  stratumName: Text;
  numerator: string | null;
  denominator: string | null;
  value: string | null;
  met: number;
  notMet: number;
  missing: number;
  conflicting: number;
  edition: string;
  asOf: number;
}

export interface Sheet {
  asOf: number;
  notes: Text[];
  rows: SheetRow[];
}

export type Judgement = 'met' | 'not_met' | 'missing' | 'conflicting';

export interface Case {
  key: string;
  type: string;
  subject: string;
  institution: string;
  institutionName: string;
  onDate: string;
  diseaseCode: string;
  diseaseName: string;
  diseaseGroup: string;
  destination: string;
  numerator: string | null;
  denominator: string | null;
  judgement: Judgement;
}

export interface Cases {
  total: number;
  asOf: number;
  cases: Case[];
}

export interface Point {
  period: string;
  numerator: string | null;
  denominator: string | null;
  value: string | null;
}

export interface OutcomeCard {
  measure: string;
  value: string | null;
  numerator: string | null;
  denominator: string | null;
  previous: string | null;
  previousPeriod?: string | null;
  target: string | null;
  trend: Point[];
}

export interface FlowNode {
  id: string;
  name: Text;
  side: 'disease' | 'destination';
}

export interface FlowLink {
  diseaseGroup: string;
  destination: string;
  cases: number;
  amount: string;
}

export interface Overview {
  period: string;
  asOf: number;
  // own: somebody of one hospital gets no numbers of the county, only its own gaps and actions
  scope?: 'county' | 'own';
  cards: OutcomeCard[];
  flow: { nodes: FlowNode[]; links: FlowLink[] };
  gaps: Gap[];
  actions: Action[];
}

export interface LeakDestination {
  destination: string;
  name: Text;
  cases: number;
  fund: string;
  amount: string;
}

export interface LeakNumbers {
  cases: number;
  casesIn: number;
  casesOut: number;
  fund: string;
  fundOut: string;
  amountOut: string;
  destinations: LeakDestination[];
  casesOutPrevious: number;
}

export interface LeakRow extends LeakNumbers {
  diseaseGroup: string;
  name: Text;
  institutions: { code: string; name: string; destination: string; cases: number; fund: string }[];
}

export interface Leak {
  period: string;
  asOf: number;
  care: string;
  rows: LeakRow[];
  totals: LeakNumbers;
}

export interface Carrier {
  diseaseGroup: string;
  diseaseGroupName: Text;
  destination: string;
  destinationName: Text;
  cases: number | string;
  amount: string;
  share: string;
  // Of a list's coverage: a disease or technique that is not covered; `cases` are then the hospital's own. null: not known.
  item?: string;
  itemName?: Text;
  specialty?: string;
  casesMinimum?: string | null;
  countyCases?: string | null;
  leavingCases?: string | null;
}

export type ActionStatus = 'requested' | 'accepted' | 'in-progress' | 'completed' | 'cancelled';

export interface Action {
  id: string;
  version: number;
  gapId: string;
  type: string;
  typeName: Text;
  status: ActionStatus;
  owner: string;
  note: string;
  dueOn: string;
  expectedValue: string | null;
  startedOn: string | null;
  finishedOn: string | null;
  approvedBy: string;
  overdue: boolean;
  diseaseGroup: string;
  diseaseGroupName: Text | null;
  history: ActionEvent[];
  comparison?: Comparison | null;
}

export interface ActionEvent {
  at: string;
  status: ActionStatus;
  who: string;
  note: string;
}

export type Verdict = 'none' | 'worked' | 'did-not' | 'cannot-tell';

export interface Comparison {
  before: Point;
  after: Point;
  change: string | null;
  changeLow: string | null;
  changeHigh: string | null;
  comparableChange: string | null;
  comparableUnits: number;
  comparable: { name: Text; change: string }[];
  effect: string | null;
  effectLow: string | null;
  effectHigh: string | null;
  verdict: Verdict;
  why: Text;
  // Of a list's coverage: the items that became covered, and those that are no longer.
  gained?: Text[];
  lost?: Text[];
}

export interface Gap {
  id: string;
  version: number;
  state: 'open' | 'acting' | 'closed';
  measure: string;
  measureName: Text;
  subject: string;
  subjectName: string;
  diseaseGroup: string;
  diseaseGroupName: Text;
  summary: Text;
  owner: string;
  openedOn: string;
  closedOn: string | null;
  target: string | null;
  edition: string;
  definitionHash: string;
  // What must be known of the frozen definition: the pack's or its tables have changed since, …
  notes?: Text[];
  baseline: Point;
  latest: Point;
  severity: number | string;
  trend: Point[];
  carriers: Carrier[];
  actions: Action[];
  comparison: Comparison | null;
}

export interface ActionType {
  id: string;
  name: Text;
  description: Text;
  usualDays: number;
  expected: Text;
  sources: Source[];
}

export interface ActionRequest {
  type: string;
  owner: string;
  dueOn: string;
  expectedValue: string;
  note: string;
  diseaseGroup?: string;
  startedOn?: string;
}

export interface ActionChange {
  status?: ActionStatus;
  owner?: string;
  dueOn?: string;
  note?: string;
  expectedValue?: string;
  version: number;
}

export type ImportStatus = 'queued' | 'in-progress' | 'completed' | 'failed' | 'cancelled';

export interface Import {
  id: string;
  kind: string;
  files: string[];
  organization: string;
  status: ImportStatus;
  stage: string;
  fraction: number | string;
  rowsRead: number;
  counts: { accepted: number; unchanged: number; replaced: number; rejected: number };
  error: ApiErrorBody | null;
  notes: Text[];
  startedAt: string | null;
  finishedAt: string | null;
  by: string;
}

export interface ReportRow {
  line: number;
  column: string;
  value: string;
  code: string;
  reason: Text;
}

export interface Account {
  user: string;
  name: string;
  role: string;
  organizations: string[];
  disabled: boolean;
  mustChangePassword: boolean;
  locked: boolean;
  secondFactor?: boolean;
}

export interface AccountChange {
  name?: string;
  role?: string;
  organizations?: string[];
  disabled?: boolean;
  newPassword?: boolean;
  resetSecondFactor?: boolean;
  endSessions?: boolean;
}

export interface SignInRules {
  secondFactorRoles: string[];
  isDefault: boolean;
}

export interface SecondFactor {
  // Any of them: the codes of a telephone, passkeys.
  enrolled: boolean;
  required: boolean;
  codes: boolean;
  passkeys: number;
  // Of the codes.
  since: string | null;
  recoveryCodes: number;
}

export interface Passkey {
  id: string;
  name: string;
  site: string;
  // It can be used where the page stands.
  here: boolean;
  created: string;
  lastUsed: string | null;
}

export interface Passkeys {
  // Where they can be used; null: not where the server was asked.
  address: string | null;
  passkeys: Passkey[];
  most: number;
}

export interface FactorOffer {
  secret: string;
  uri: string;
}

export interface OwnSession {
  id: string;
  kind: 'page' | 'token';
  program: string;
  address: string;
  current: boolean;
  signedIn: string;
  lastUsed: string;
  expires: string;
}

export interface AccountReceipt {
  account: Account;
  oneTimePassword: string | null;
}

// A program asks to act for the user (docs/formats/oauth.md).
export interface AuthorizeRequest {
  client: { id: string; name: string };
  redirectHost: string;
  user: string;
  name: string;
  words: string[];
}

// A program in the register.
export interface Client {
  id: string;
  name: string;
  login: 'none' | 'secret' | 'keys';
  redirectUris: string[];
  scope: string;
  account: string | null;
  disabled: boolean;
  created: string;
  createdBy: string;
}

export interface ClientReceipt {
  client: Client;
  secret: string | null;
}

export interface AuthorizeAnswer {
  redirect: string;
}

// A FHIR resource as it comes: only read to be shown.
export interface FhirResource {
  resourceType: string;
  id?: string;
  [field: string]: unknown;
}

export interface CaseRecord {
  type: string;
  key: string;
  resources: FhirResource[];
}
