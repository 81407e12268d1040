package soql_test

import (
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/soql"
)

// tables are what the cases ask: the same texts with and without case, missing values of every type, a contact without an account.
const tables = `
CREATE TABLE account ("Id" VARCHAR, "Name" VARCHAR, "Code__c" VARCHAR, "Region__c" VARCHAR, "Tags__c" VARCHAR, "Revenue__c" DECIMAL(18,2), "Ratio__c" DOUBLE,
	"Staff__c" INTEGER, "Since__c" DATE, "Seen__c" TIMESTAMP, "Opens__c" TIME, "Active__c" BOOLEAN, "Note__c" VARCHAR, "ParentId" VARCHAR);
INSERT INTO account VALUES
	('001000000000001AAA', 'Acme', 'x', 'EMEA', 'a;b', 1500.50, 0.1, 10, '2026-01-02', '2026-01-02 23:30:00', '08:30:00', true, 'first', NULL),
	('001000000000002AAA', 'ACME', 'X', 'APAC', 'B;c', NULL, 1.5e10, 5, '2025-12-31', '2026-06-28 03:04:05', NULL, false, NULL, '001000000000001AAA'),
	('001000000000003AAA', 'Globex 100%', NULL, 'EMEA', NULL, 12345678.25, NULL, NULL, '2026-06-15', '2026-06-15 12:00:00', NULL, false, NULL, '001000000000002AAA'),
	('001000000000004AAA', 'under_score', 'y', NULL, 'c', -3, -1, 7, NULL, NULL, NULL, true, NULL, '001000000000003AAA'),
	('001000000000005AAA', NULL, 'z', 'APAC', 'a', 0, 0, 0, '2024-02-29', '2024-02-29 00:00:00', '23:59:59', false, NULL, NULL);
CREATE TABLE contact ("Id" VARCHAR, "LastName" VARCHAR, "AccountId" VARCHAR, "Born__c" DATE);
INSERT INTO contact VALUES
	('003000000000001AAA', 'Lovelace', '001000000000001AAA', '1990-12-10'), ('003000000000002AAA', 'Hopper', '001000000000001AAA', NULL),
	('003000000000003AAA', 'Clarke', '001000000000002AAA', '1992-06-24'), ('003000000000004AAA', 'Alone', NULL, '1999-01-01')`

func objects() map[string]*sobject.Object {
	name := func(n string, t sobject.Type) sobject.Field {
		return sobject.Field{Name: n, Type: t, Length: 255, Nillable: true}
	}
	account := &sobject.Object{Name: "Account", Fields: []sobject.Field{
		name("Id", sobject.ID), name("Name", sobject.String), {Name: "Code__c", Type: sobject.String, Length: 20, CaseSensitive: true},
		{Name: "Region__c", Type: sobject.Picklist, Restricted: true, Values: []string{"EMEA", "APAC"}}, name("Tags__c", sobject.MultiPicklist),
		{Name: "Revenue__c", Type: sobject.Currency, Precision: 18, Scale: 2}, {Name: "Ratio__c", Type: sobject.Double, Floating: true},
		name("Staff__c", sobject.Int), name("Since__c", sobject.Date), name("Seen__c", sobject.Datetime), name("Opens__c", sobject.Time),
		name("Active__c", sobject.Boolean), {Name: "Note__c", Type: sobject.TextArea, Length: 32768},
		{Name: "ParentId", Type: sobject.Reference, ReferenceTo: "Account", Relationship: "Parent", Children: "ChildAccounts"},
	}}
	contact := &sobject.Object{Name: "Contact", Fields: []sobject.Field{
		name("Id", sobject.ID), name("LastName", sobject.String), {Name: "AccountId", Type: sobject.Reference, ReferenceTo: "Account", Relationship: "Account", Children: "Contacts"},
		name("Born__c", sobject.Date),
	}}
	return map[string]*sobject.Object{"account": account, "contact": contact}
}

func env() soql.Env {
	all := objects()
	find := func(name string) *soql.Relation {
		o := all[strings.ToLower(name)]
		if o == nil {
			return nil
		}
		return &soql.Relation{Object: o, From: strings.ToLower(name)}
	}
	children := func(_ *sobject.Object, relationship string) (*soql.Relation, *sobject.Field) {
		switch strings.ToLower(relationship) {
		case "contacts":
			return find("contact"), all["contact"].Field("AccountId")
		case "childaccounts":
			return find("account"), all["account"].Field("ParentId")
		}
		return nil, nil
	}
	return soql.Env{Now: time.Date(2026, 6, 30, 13, 0, 0, 0, time.UTC), Find: find, Children: children}
}

func TestAnswersAndVerdicts(t *testing.T) {
	db := open(t)
	golden.Run(t, "testdata/*.test", func(t *testing.T, c *golden.Case) string {
		if c.Command == "filter" {
			sql, bad := soql.Filter(c.Input, "Contact", env())
			if bad != nil {
				return bad.Error()
			}
			return rows(t, db, `SELECT "LastName" FROM (`+sql+") ORDER BY 1")
		}
		q, bad := soql.Compile(strings.TrimSuffix(c.Input, "\n"), env())
		if bad != nil {
			return bad.Error()
		}
		var names []string
		for _, col := range q.Columns {
			if !col.Hidden {
				names = append(names, strings.Join(col.Path, "."))
			}
		}
		return strings.TrimPrefix(strings.Join(names, " | ")+"\n", "\n") + rows(t, db, q.SQL, q.Columns...)
	})
}

// rows runs a statement and shows its rows but for hidden columns.
func rows(t *testing.T, db *duck.Database, text string, columns ...soql.Column) string {
	t.Helper()
	var out []string
	err := db.Query(t.Context(), text, func(b arrow.RecordBatch) error {
		for n := range int(b.NumRows()) {
			var cells []string
			for i := range int(b.NumCols()) {
				if i < len(columns) && columns[i].Hidden {
					continue
				}
				cell := "null"
				if col := b.Column(i).(*array.String); !col.IsNull(n) {
					cell = strings.Clone(col.Value(n))
				}
				cells = append(cells, cell)
			}
			out = append(out, strings.Join(cells, " | "))
		}
		return nil
	})
	if err != nil {
		t.Errorf("%s: %v", text, err)
	}
	return strings.Join(out, "\n")
}

// FuzzCompile looks for queries that are taken and then refused by DuckDB.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		"SELECT Id, Account.Name FROM Contact WHERE LastName LIKE 'a\\_%' AND (NOT Born__c = LAST_N_DAYS:3) ORDER BY Id DESC NULLS LAST LIMIT 3 OFFSET 1",
		"SELECT Region__c r, COUNT(Id), SUM(Revenue__c) FROM Account a GROUP BY ROLLUP(Region__c) HAVING COUNT(Id) > 1 ORDER BY COUNT(Id)",
		"SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Account.Name != 'x') AND Tags__c INCLUDES ('a;b', 'c')",
		"SELECT FIELDS(ALL) FROM Account WHERE Seen__c >= 2026-01-01T00:00:00.000Z AND CALENDAR_YEAR(convertTimezone(Seen__c)) = 2026 LIMIT 200",
		"SELECT Id, (SELECT LastName, Account.Parent.Name FROM Contacts c WHERE c.Born__c != null ORDER BY LastName LIMIT 2 OFFSET 1), (SELECT Id FROM ChildAccounts) FROM Account ORDER BY Id",
		"SELECT Id FROM Account WHERE ((((((Name = '\\\\'))))))", "SELECT COUNT() FROM Account",
	} {
		f.Add(seed)
	}
	db := open(f)
	f.Fuzz(func(t *testing.T, text string) {
		q, bad := soql.Compile(text, env())
		if (q == nil) == (bad == nil) {
			t.Fatalf("neither or both of a query and a verdict for %q", text)
		}
		if q == nil {
			return
		}
		if err := db.Exec(t.Context(), q.SQL); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// open makes a database with the cases' tables.
func open(t testing.TB) *duck.Database {
	t.Helper()
	db, err := duck.Open(":memory:", duck.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	for text := range strings.SplitSeq(tables, ";\n") {
		if err := db.Exec(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	return db
}
