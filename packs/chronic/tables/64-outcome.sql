-- Readings that outcomes are judged by, as numbers: a class (NYHA) is its number, yes is 1 and no is 0.
CREATE VIEW outcome AS
SELECT resource_key AS outcome_key, patient_key AS person_key, code AS item, measured, CAST(substr(measured, 1, 10) AS DATE) AS measured_on, choice,
       coalesce(amount, CASE WHEN yes THEN 1 WHEN NOT yes THEN 0 WHEN choice ~ '^[0-9]{1,2}$' THEN CAST(choice AS DECIMAL(18, 4)) END) AS value
FROM outcome_record
WHERE length(measured) >= 10
