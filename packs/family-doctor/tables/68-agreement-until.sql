-- The newest day of which something is known: agreements are judged up to it.
CREATE VIEW agreement_until AS
SELECT max(day) AS known_on
FROM (SELECT max(signed_on) AS day FROM agreement UNION ALL SELECT max(done_on) AS day FROM step)
