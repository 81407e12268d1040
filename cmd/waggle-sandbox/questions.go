package main

import (
	"strings"
	"time"
)

// question is something worth asking of the sample company.
type question struct {
	about string
	text  string
}

// questions are asked on a day: dates in them are those of the day's quarter, written out, so that the sources see them.
func questions(today time.Time) []question {
	quarter := time.Date(today.Year(), (today.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	dates := strings.NewReplacer(
		"{quarter}", quarter.Format(time.DateOnly), "{next}", quarter.AddDate(0, 3, 0).Format(time.DateOnly),
		"{before}", quarter.AddDate(0, -3, 0).Format(time.DateOnly), "{today}", today.Format(time.DateOnly),
		"{month}", today.AddDate(0, 0, -30).Format(time.DateOnly), "{months}", today.AddDate(0, 0, -60).Format(time.DateOnly),
		"{fortnight}", today.AddDate(0, 0, 14).Format(time.DateOnly), "{year}", time.Date(today.Year(), 1, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
	)
	all := []question{
		{"Do deals that close this quarter go as their calls sound? (Salesforce, Gong, Snowflake, Databricks)", moodAndWins},
		{"Which customers may leave, what do they bring, and what do they owe? (Databricks, Salesforce, Snowflake)", atRisk},
		{"Which open deals due by the end of this quarter has nobody called about for a month? (Salesforce, Gong)", silence},
		{"Where does use of the product fall, and what do the scores say of it? (Snowflake, Databricks, Salesforce)", falling},
		{"Whom do I meet in the next two weeks, and how are they? (Google Calendar, Salesforce, Databricks)", ahead},
	}
	for i := range all {
		all[i].text = dates.Replace(strings.Trim(all[i].text, "\n"))
	}
	return all
}

const moodAndWins = `
WITH deals AS (
  SELECT account_id, count(*) FILTER (WHERE is_won) AS won, count(*) FILTER (WHERE is_closed) AS closed
  FROM opportunities WHERE close_date >= '{quarter}' AND close_date < '{next}' GROUP BY account_id
), mood AS (
  SELECT account_id, sum(sentiment) AS tone, count(sentiment) AS rated
  FROM calls WHERE started >= '{before}' GROUP BY account_id
), bills AS (
  SELECT account_no, sum(amount) AS billed
  FROM invoices WHERE issued_on >= '{year}' AND status <> 'void' GROUP BY account_no
)
SELECT a.segment, count(*) AS accounts, sum(d.closed) AS closed, round(sum(d.won) / nullif(sum(d.closed), 0), 2) AS win_rate,
       round(sum(m.tone) / nullif(sum(m.rated), 0), 2) AS sentiment, sum(b.billed) AS billed, round(avg(s.score), 2) AS churn_risk
FROM deals d JOIN accounts a ON a.id = d.account_id
     LEFT JOIN mood m ON m.account_id = a.id
     LEFT JOIN bills b ON b.account_no = a.account_no
     LEFT JOIN churn_scores s ON s.account_no = a.account_no AND s.is_current
GROUP BY a.segment ORDER BY a.segment;
`

const atRisk = `
SELECT a.name, a.segment, a.mrr, s.score, s.reason, o.owed, r.full_name AS rep
FROM churn_scores s JOIN accounts a ON a.account_no = s.account_no JOIN reps r ON r.id = a.owner_id
     LEFT JOIN (SELECT account_no, sum(amount) AS owed FROM invoices WHERE status = 'overdue' GROUP BY account_no) o
            ON o.account_no = a.account_no
WHERE s.is_current AND s.at_risk
ORDER BY a.mrr DESC NULLS LAST, a.name LIMIT 10;
`

const silence = `
SELECT o.name, o.stage, o.amount, o.close_date, r.full_name AS rep
FROM opportunities o JOIN reps r ON r.id = o.owner_id
WHERE NOT o.is_closed AND o.close_date < '{next}' AND o.amount > 20000
  AND NOT EXISTS (SELECT FROM calls c WHERE c.account_id = o.account_id AND c.started >= '{month}')
ORDER BY o.amount DESC, o.name LIMIT 10;
`

const falling = `
WITH use AS (
  SELECT account_no, avg(active_users) FILTER (WHERE day >= '{month}') AS now,
         avg(active_users) FILTER (WHERE day < '{month}') AS before
  FROM usage_daily WHERE day >= '{months}' GROUP BY account_no
)
SELECT a.name, a.region, round(u.before) AS users_before, round(u.now) AS users_now, s.score, s.reason
FROM use u JOIN accounts a ON a.account_no = u.account_no
     JOIN churn_scores s ON s.account_no = a.account_no AND s.is_current
WHERE u.now < 0.85 * u.before
ORDER BY u.before DESC, a.name LIMIT 10;
`

const ahead = `
SELECT m.start_time, m.summary, k.title, a.name AS account, s.score AS churn_risk
FROM meetings m JOIN meeting_attendees p ON p.calendar_id = m.calendar_id AND p.event_id = m.id
     JOIN contacts k ON k.email_key = lower(p.email) JOIN accounts a ON a.id = k.account_id
     LEFT JOIN churn_scores s ON s.account_no = a.account_no AND s.is_current
WHERE m.start_time >= '{today}' AND m.start_time < '{fortnight}' AND m.status <> 'cancelled'
ORDER BY m.start_time, a.name, k.title LIMIT 10;
`
