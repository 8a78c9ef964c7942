-- One row for each time that a person came to be positive: positive tests until the diagnosis count once. When he was told, and when it
-- was decided (benign, precancerous, cancer); NULL: not yet. Who was diagnosed knew of it.
CREATE VIEW tumour_positive AS
SELECT p.response_key, p.person_key, p.site, p.org, p.on_date AS positive_on, p.told_on, p.decided_on
FROM (
  SELECT q.*, row_number() OVER (PARTITION BY q.person_key, q.site, q.decided_before ORDER BY q.authored, q.response_key) AS place
  FROM (
    SELECT s.response_key, s.person_key, s.site, s.org, s.authored, s.on_date,
           count(CASE WHEN d.kind = 'diagnosis' AND d.conclusion <> 'unclear' AND d.on_date < s.on_date THEN 1 END) AS decided_before,
           min(CASE WHEN d.kind = 'diagnosis' AND d.conclusion <> 'unclear' AND d.on_date >= s.on_date THEN d.on_date END) AS decided_on,
           min(CASE WHEN (d.kind = 'recall' AND (d.told = 'yes' OR d.answer IN ('will-go', 'went', 'elsewhere', 'declined')) OR d.kind = 'diagnosis') AND d.on_date >= s.on_date THEN d.on_date END) AS told_on
    FROM tumour_response s
    LEFT JOIN tumour_response d ON d.person_key = s.person_key AND d.kind IN ('diagnosis', 'recall') AND (d.site = s.site OR d.site = 'tumour')
    WHERE s.kind IN ('screening', 'check') AND s.is_positive AND s.on_date IS NOT NULL
    GROUP BY s.response_key, s.person_key, s.site, s.org, s.authored, s.on_date
  ) q
) p
WHERE p.place = 1
