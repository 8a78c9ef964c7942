-- Invitations to consultations, one row for each institution that is asked.
CREATE VIEW consultation AS
SELECT resource_key AS consultation_key, patient_key AS person_key, consultation_state, mode, sender, invited, state, answer_by, answered_at,
       CASE WHEN length(answer_by) >= 10 THEN CAST(substr(answer_by, 1, 10) AS DATE) END AS answer_by_on,
       length(reminded_at) >= 10 AS late
FROM consultation_record
