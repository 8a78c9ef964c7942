-- Diagnoses of a stay; rank 1 is the principal one.
CREATE VIEW diagnosis AS
SELECT resource_key AS diagnosis_key, encounter_key AS discharge_key, code, name, present_on_admission,
       CASE WHEN resource_key ~ '^.*-d[0-9]{1,4}$' THEN CAST(regexp_replace(resource_key, '^.*-d', '') AS BIGINT) END AS rank
FROM diagnosis_record
