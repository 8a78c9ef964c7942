-- Referrals of one institution to another. Times are texts in China's time, so that they can be compared; dates are days.
-- `late`: whoever had to answer was reminded because nobody had, or it expired.
CREATE VIEW referral AS
SELECT resource_key AS referral_key, patient_key AS person_key, direction, urgency, state, criterion, sender, receiver, sent_at, answer_by, answered_at,
       CASE WHEN length(sent_at) >= 10 THEN CAST(substr(sent_at, 1, 10) AS DATE) END AS sent_on,
       CASE WHEN length(answer_by) >= 10 THEN CAST(substr(answer_by, 1, 10) AS DATE) END AS answer_by_on,
       CASE WHEN length(arrived_at) >= 10 THEN CAST(substr(arrived_at, 1, 10) AS DATE) END AS arrived_on,
       CASE WHEN length(returned_at) >= 10 THEN CAST(substr(returned_at, 1, 10) AS DATE) END AS returned_on,
       CASE WHEN length(sent_down_at) >= 10 THEN CAST(substr(sent_down_at, 1, 10) AS DATE) END AS sent_down_on,
       (state = 'expired' OR coalesce(TRY_CAST(escalated AS INTEGER), 0) > 0) AS late
FROM referral_record
WHERE length(sent_at) >= 10
