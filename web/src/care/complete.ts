// Answers made whole: what a server leaves out (nobody has looked, nothing is known) is empty, never a fault of the page.
import type { DuePerson, PatientRecord, Person, Today } from './types';

type Loose<T> = { [Key in keyof T]?: T[Key] | null };

export function completePerson(person: Loose<Person> | null | undefined): Person {
  const known = person ?? {};
  return {
    id: known.id ?? '', name: known.name || known.id || '', gender: known.gender ?? '', birthDate: known.birthDate ?? '', age: known.age ?? null, phone: known.phone ?? '',
    idNumber: known.idNumber ?? '', organization: known.organization ?? '', organizationName: known.organizationName ?? '', address: known.address ?? '',
  };
}

export function completeToday(today: Loose<Today>): Today {
  const people = (today.people ?? []).map((each): DuePerson => ({
    patient: completePerson(each.patient), steps: each.steps ?? [], overdueDays: each.overdueDays ?? 0, returned: each.returned ?? false, lastReadings: each.lastReadings ?? [],
  }));
  const counts = today.counts;
  return {
    date: today.date ?? '', asOf: today.asOf ?? 0, complete: today.complete ?? true, people,
    counts: { due: counts?.due ?? people.length, overdue: counts?.overdue ?? 0, returned: counts?.returned ?? 0, done: counts?.done ?? 0 },
  };
}

export function completeRecord(record: Loose<PatientRecord>): PatientRecord {
  return {
    patient: completePerson(record.patient), enrolments: record.enrolments ?? [], steps: record.steps ?? [], problems: record.problems ?? [],
    readings: (record.readings ?? []).map((reading) => ({ ...reading, unit: reading.unit ?? '', points: (reading.points ?? []).filter((point) => point.on) })).filter((reading) => reading.points.length > 0),
    // What has no day has no place on a line of time.
    timeline: (record.timeline ?? []).filter((event) => event.on), documents: record.documents ?? [], access: record.access ?? null,
    emergencyUntil: record.emergencyUntil ?? null, emergencies: record.emergencies ?? [],
  };
}
