-- Diagnoses of a stay; rank 1 is the principal one.
CREATE VIEW diagnosis AS
SELECT resource_key AS diagnosis_key, encounter_key AS discharge_key, code, name, present_on_admission,
       CAST(nullif(regexp_replace(resource_key, '^.*-d([0-9]+)$', '\1'), resource_key) AS BIGINT) AS rank
FROM diagnosis_record
