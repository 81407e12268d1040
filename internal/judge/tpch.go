package main

const allTables = "region nation supplier customer part partsupp orders lineitem"

// tpchSpreads are where TPC-H's tables are.
var tpchSpreads = []spread{
	{name: "one PostgreSQL", path: "direct", sources: map[string]string{"pg": allTables}, all: "PostgreSQL"},
	{name: "one Snowflake", path: "direct", sources: map[string]string{"sf": allTables}, all: "Snowflake"},
	{name: "one Databricks", path: "direct", sources: map[string]string{"lake": allTables}},
	{name: "Snowflake, Databricks and PostgreSQL", sources: map[string]string{"sf": "orders part", "lake": "lineitem supplier", "pg1": "customer nation region partsupp"}},
	{name: "Snowflake and two PostgreSQL", sources: map[string]string{"sf": "orders lineitem", "pg1": "customer nation region", "pg2": "supplier part partsupp"}, needs: true},
}
