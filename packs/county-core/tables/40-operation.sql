-- Operations of a stay. `level` 1–4; NULL with a `level_text`: something is written there that cannot be read.
CREATE VIEW operation AS
SELECT resource_key AS operation_key, encounter_key AS discharge_key, code, name,
       CASE WHEN length(performed) >= 10 THEN CAST(substr(performed, 1, 10) AS DATE) END AS performed_on,
       CASE WHEN level IN ('1', '2', '3', '4') THEN CAST(level AS BIGINT) END AS level,
       coalesce(level_text, CASE WHEN level NOT IN ('1', '2', '3', '4') THEN level END) AS level_text
FROM operation_record
