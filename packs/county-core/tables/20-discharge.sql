-- One row a first page. `disposition` and `admission_source` without leading zeros; NULL where the code is not of the table.
CREATE VIEW discharge AS
SELECT d.resource_key AS discharge_key,
       coalesce(nullif(split_part(d.first_page, '|', 1), ''), d.organization_key) AS org,
       d.patient_key AS person_key,
       CASE WHEN length(d.admitted) >= 10 THEN CAST(substr(d.admitted, 1, 10) AS DATE) END AS admitted_on,
       CASE WHEN length(d.discharged) >= 10 THEN CAST(substr(d.discharged, 1, 10) AS DATE) END AS discharged_on,
       CAST(d.stay_days AS BIGINT) AS stay_days,
       CASE WHEN d.stated_stay_days ~ '^[0-9]{1,6}$' THEN CAST(d.stated_stay_days AS BIGINT) END AS stated_stay_days,
       CASE WHEN ltrim(d.admission_source, '0') IN ('1', '2', '3', '9') THEN ltrim(d.admission_source, '0') END AS admission_source,
       CASE WHEN ltrim(d.disposition, '0') IN ('1', '2', '3', '4', '5', '9') THEN ltrim(d.disposition, '0') END AS disposition,
       d.disease_code, d.disease_name,
       CASE WHEN d.disease_code ~ '^[A-Z][0-9][0-9].*$' THEN substr(d.disease_code, 1, 3) END AS category,
       c.disease_group,
       CAST(d.total_cost AS DECIMAL(18, 2)) AS total_cost,
       CAST(d.self_paid AS DECIMAL(18, 2)) AS self_paid,
       CASE WHEN d.operation_level_maximum IN ('1', '2', '3', '4') THEN CAST(d.operation_level_maximum AS BIGINT) END AS operation_level_maximum
FROM discharge_record d
LEFT JOIN disease_category c ON c.category = substr(d.disease_code, 1, 3)
