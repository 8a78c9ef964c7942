-- Steps of pathways with the last day on which they are in time. Cancelled ones (death, moved away, another stage) are not
-- anybody's failure and are left out. `done_on` is NULL while it is not done.
CREATE VIEW step AS
SELECT s.resource_key AS step_key, s.pathway, s.step, s.status, s.patient_key AS person_key, coalesce(o.code, s.organization_key) AS org, s.due AS due_on,
       CASE WHEN length(s.window_end) >= 10 THEN CAST(substr(s.window_end, 1, 10) AS DATE) END AS window_end,
       CASE WHEN s.status = 'completed' AND length(s.done) >= 10 THEN CAST(substr(s.done, 1, 10) AS DATE) END AS done_on, s.escalated_to
FROM step_record s
LEFT JOIN organization_record o ON o.resource_key = s.organization_key
WHERE s.status <> 'cancelled'
