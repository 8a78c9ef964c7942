-- Enrolments of pathways with their organisation and days; who was only in the target pool is left out.
CREATE VIEW enrolment AS
SELECT e.resource_key AS enrolment_key, e.pathway, e.patient_key AS person_key, coalesce(o.code, e.organization_key) AS org, e.status,
       CAST(substr(e.started, 1, 10) AS DATE) AS started_on,
       CASE WHEN length(e.ended) >= 10 THEN CAST(substr(e.ended, 1, 10) AS DATE) END AS ended_on
FROM enrolment_record e
LEFT JOIN organization_record o ON o.resource_key = e.organization_key
WHERE e.status IN ('active', 'finished', 'onhold') AND length(e.started) >= 10
