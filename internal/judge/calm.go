package main

import "github.com/waggle-sql/waggle/internal/pgcat"

// calm are the routines that no value of the tables of random shapes makes fail, by result.
var calm = map[uint32][]routine{
	pgcat.Int4: {{"(# + #)", []uint32{pgcat.Int4, pgcat.Int4}, pgcat.Int4, 1}, {"(# - #)", []uint32{pgcat.Int4, pgcat.Int4}, pgcat.Int4, 1},
		{"(# * #)", []uint32{pgcat.Int4, pgcat.Int4}, pgcat.Int4, 1}, {"(# % nullif(#, 0))", []uint32{pgcat.Int4, pgcat.Int4}, pgcat.Int4, 1},
		{"(# / nullif(#, 0))", []uint32{pgcat.Int4, pgcat.Int4}, pgcat.Int4, 1}, {"coalesce(#, #)", []uint32{pgcat.Int4, pgcat.Int4}, pgcat.Int4, 1},
		{"(CASE WHEN # THEN # ELSE # END)", []uint32{pgcat.Bool, pgcat.Int4, pgcat.Int4}, pgcat.Int4, 1}, {"length(#)", []uint32{pgcat.Text}, pgcat.Int4, 1},
		{"extract(day FROM #)::int", []uint32{pgcat.Date}, pgcat.Int4, 1}},
	pgcat.Text: {{"(# || #)", []uint32{pgcat.Text, pgcat.Text}, pgcat.Text, 1}, {"upper(#)", []uint32{pgcat.Text}, pgcat.Text, 1}, {"(#)::text", []uint32{pgcat.Int4}, pgcat.Text, 1},
		{"left(#, 2)", []uint32{pgcat.Text}, pgcat.Text, 1}, {"coalesce(#, #)", []uint32{pgcat.Text, pgcat.Text}, pgcat.Text, 1}, {"to_char(#, 'YYYY-MM')", []uint32{pgcat.Date}, pgcat.Text, 1}},
	pgcat.Bool: {
		{"(# < #)", []uint32{pgcat.Interval, pgcat.Interval}, pgcat.Bool, 1}, {"(# = #)", []uint32{pgcat.JSONB, pgcat.JSONB}, pgcat.Bool, 1}, {"(# <= #)", []uint32{pgcat.TimestampTZ, pgcat.TimestampTZ}, pgcat.Bool, 1},
		{"(# > #)", []uint32{pgcat.Float8, pgcat.Float8}, pgcat.Bool, 1}, {"(# @> #)", []uint32{pgcat.Int4Array, pgcat.Int4Array}, pgcat.Bool, 1}, {"(# IS DISTINCT FROM #)", []uint32{pgcat.JSONB, pgcat.JSONB}, pgcat.Bool, 1},
		{"(# = ANY (#))", []uint32{pgcat.Int4, pgcat.Int4Array}, pgcat.Bool, 1}, {"(# BETWEEN # AND #)", []uint32{pgcat.Timestamp, pgcat.Timestamp, pgcat.Timestamp}, pgcat.Bool, 1}, {"(#)", []uint32{pgcat.Bool}, pgcat.Bool, 1},
		{"(# = #)", []uint32{pgcat.Int4, pgcat.Int4}, pgcat.Bool, 1}, {"(# < #)", []uint32{pgcat.Text, pgcat.Text}, pgcat.Bool, 1}, {"(# AND #)", []uint32{pgcat.Bool, pgcat.Bool}, pgcat.Bool, 1},
		{"(# OR #)", []uint32{pgcat.Bool, pgcat.Bool}, pgcat.Bool, 1}, {"(NOT #)", []uint32{pgcat.Bool}, pgcat.Bool, 1}, {"(# IS NULL)", []uint32{pgcat.Text}, pgcat.Bool, 1},
		{"(# IS DISTINCT FROM #)", []uint32{pgcat.Int4, pgcat.Int4}, pgcat.Bool, 1}, {"(# > #)", []uint32{pgcat.Numeric, pgcat.Numeric}, pgcat.Bool, 1},
		{"(# IN (#, #))", []uint32{pgcat.Int4, pgcat.Int4, pgcat.Int4}, pgcat.Bool, 1}, {"(# LIKE 'a%')", []uint32{pgcat.Text}, pgcat.Bool, 1}, {"(# >= #)", []uint32{pgcat.Date, pgcat.Date}, pgcat.Bool, 1}},
	pgcat.Numeric: {{"(# + #)", []uint32{pgcat.Numeric, pgcat.Numeric}, pgcat.Numeric, 1}, {"(# * #)", []uint32{pgcat.Numeric, pgcat.Numeric}, pgcat.Numeric, 1},
		{"(# - #)", []uint32{pgcat.Numeric, pgcat.Numeric}, pgcat.Numeric, 1}, {"(#)::numeric", []uint32{pgcat.Int4}, pgcat.Numeric, 1}, {"round(#, 1)", []uint32{pgcat.Numeric}, pgcat.Numeric, 1},
		{"(# / nullif(#, 0))", []uint32{pgcat.Numeric, pgcat.Numeric}, pgcat.Numeric, 1}},
	pgcat.Date: {{"(# + (# % 100))", []uint32{pgcat.Date, pgcat.Int4}, pgcat.Date, 1}, {"date_trunc('month', #)::date", []uint32{pgcat.Date}, pgcat.Date, 1}, {"greatest(#, #)", []uint32{pgcat.Date, pgcat.Date}, pgcat.Date, 1}},
	pgcat.Float8: {{"(# + #)", []uint32{pgcat.Float8, pgcat.Float8}, pgcat.Float8, 1}, {"(# * 2)", []uint32{pgcat.Float8}, pgcat.Float8, 1}, {"(#)::float8", []uint32{pgcat.Numeric}, pgcat.Float8, 1},
		{"(# / nullif(#, 0)::float8)", []uint32{pgcat.Float8, pgcat.Int4}, pgcat.Float8, 1}, {"abs(#)", []uint32{pgcat.Float8}, pgcat.Float8, 1}, {"floor(#)", []uint32{pgcat.Float8}, pgcat.Float8, 1}},
	pgcat.Timestamp: {{"date_trunc('hour', #)", []uint32{pgcat.Timestamp}, pgcat.Timestamp, 1}, {"(# + #)", []uint32{pgcat.Timestamp, pgcat.Interval}, pgcat.Timestamp, 1},
		{"(# AT TIME ZONE 'America/New_York')", []uint32{pgcat.TimestampTZ}, pgcat.Timestamp, 1}, {"(#)::timestamp", []uint32{pgcat.Date}, pgcat.Timestamp, 1}, {"least(#, #)", []uint32{pgcat.Timestamp, pgcat.Timestamp}, pgcat.Timestamp, 1}},
	pgcat.TimestampTZ: {{"date_trunc('day', #)", []uint32{pgcat.TimestampTZ}, pgcat.TimestampTZ, 1}, {"(# - interval '1 month')", []uint32{pgcat.TimestampTZ}, pgcat.TimestampTZ, 1},
		{"(# AT TIME ZONE 'Europe/Berlin')", []uint32{pgcat.Timestamp}, pgcat.TimestampTZ, 1}, {"coalesce(#, #)", []uint32{pgcat.TimestampTZ, pgcat.TimestampTZ}, pgcat.TimestampTZ, 1}},
	pgcat.Interval: {{"(# - #)", []uint32{pgcat.Timestamp, pgcat.Timestamp}, pgcat.Interval, 1}, {"(# * 2)", []uint32{pgcat.Interval}, pgcat.Interval, 1}, {"(# + interval '1 day 02:00')", []uint32{pgcat.Interval}, pgcat.Interval, 1},
		{"age(#, #)", []uint32{pgcat.Timestamp, pgcat.Timestamp}, pgcat.Interval, 1}, {"justify_hours(#)", []uint32{pgcat.Interval}, pgcat.Interval, 1}},
	pgcat.JSONB: {{"(# -> 'a')", []uint32{pgcat.JSONB}, pgcat.JSONB, 1}, {"to_jsonb(#)", []uint32{pgcat.Int4}, pgcat.JSONB, 1}, {"jsonb_build_object('k', #)", []uint32{pgcat.Text}, pgcat.JSONB, 1},
		{"coalesce(#, '{}')", []uint32{pgcat.JSONB}, pgcat.JSONB, 1}},
	pgcat.Int4Array: {{"(# || #)", []uint32{pgcat.Int4Array, pgcat.Int4Array}, pgcat.Int4Array, 1}, {"array_append(#, #)", []uint32{pgcat.Int4Array, pgcat.Int4}, pgcat.Int4Array, 1}},
}
