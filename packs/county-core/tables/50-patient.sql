CREATE VIEW patient AS
SELECT resource_key AS person_key, gender, born, organization_key FROM patient_record
