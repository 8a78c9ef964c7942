-- Operations of a stay. `level` 1–4; NULL with a `level_text`: something is written there that cannot be read.
CREATE VIEW operation AS
SELECT resource_key AS operation_key, encounter_key AS discharge_key, code, name,
       CAST(substr(performed, 1, 10) AS DATE) AS performed_on, CAST(level AS BIGINT) AS level, level_text
FROM operation_record
