-- Agreements with the organisation that has the person under contract, and the day on which that contract ended.
CREATE VIEW agreement AS
SELECT a.resource_key AS agreement_key, a.patient_key AS person_key, a.package, a.starts_on, coalesce(a.signed, false) AS signed,
       CASE WHEN length(a.authored) >= 10 THEN CAST(substr(a.authored, 1, 10) AS DATE) END AS signed_on, e.org, e.ended_on
FROM agreement_record a
JOIN (
  SELECT person_key, max(CASE WHEN nth = 1 THEN org END) AS org, max(CASE WHEN nth = 1 THEN ended_on END) AS ended_on
  FROM (SELECT person_key, org, ended_on, row_number() OVER (PARTITION BY person_key ORDER BY started_on DESC, enrolment_key DESC) AS nth
        FROM enrolment WHERE pathway = 'family-doctor-contract')
  GROUP BY person_key
) e ON e.person_key = a.patient_key
WHERE a.starts_on IS NOT NULL
