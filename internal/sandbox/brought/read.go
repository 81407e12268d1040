// Package brought reads tables that anyone brings to the sandbox: DIR/<source>/<schema>/<table>.parquet or .csv, DIR/grants.yaml,
// which says who may see what, and DIR/relationships.yaml, which says how tables refer to each other. A source's kind is what its folder's name begins with.
package brought

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// Kind is the system that a source stands for.
type Kind string

// The kinds, by what the names of their folders begin with.
const (
	Snowflake  Kind = "snowflake"  // sf…, snowflake…
	Databricks Kind = "databricks" // lake…, databricks…
	Salesforce Kind = "salesforce" // crm…, salesforce…
	Postgres   Kind = "postgres"   // pg…, ops…, postgres…
)

// ObjectsFile is the file of a Salesforce source, beside its schemas' folders, that says more of its objects than their files do.
const ObjectsFile = "objects.yaml"

// Data is what a directory holds. Its Policy is nil without a grants.yaml: everybody may read everything.
type Data struct {
	Dir     string
	Sources []Source
	Policy  *access.Policy
	// Relationships are those of relationships.yaml, by schema.
	Relationships map[string][]Relationship
}

// Source is a system with its tables, in the order of schemas and names.
type Source struct {
	Name   string
	Kind   Kind
	Tables []Table
}

// Table is a file. Its columns are named as in the file, which no two do that differ in case alone.
type Table struct {
	Source, Schema, Name string
	File                 string
	Columns              []Column
	// Object describes the table of a Salesforce source; nil for others.
	Object *sobject.Object
}

// Column is a column of a file.
type Column struct {
	Name             string
	Type             Type
	Precision, Scale int // of Decimal
	Nullable         bool
	// Narrow tells that an integer of 64 bits has 18 digits at most.
	Narrow bool
	// Made tells that the file has no such column: the Id that a Salesforce object must have.
	Made bool
}

// Kind is that of the table's source.
func (t Table) Kind() Kind {
	k, _ := kind(t.Source)
	return k
}

// Key names a table in grants.yaml.
func (t Table) Key() string { return t.Source + "." + t.Schema + "." + t.Name }

// Of returns the sources of a kind.
func (d *Data) Of(k Kind) []Source {
	var out []Source
	for _, s := range d.Sources {
		if s.Kind == k {
			out = append(out, s)
		}
	}
	return out
}

var sourceName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// kind tells a source's kind by its name.
func kind(name string) (Kind, bool) {
	for _, k := range []struct {
		prefix string
		kind   Kind
	}{{"snowflake", Snowflake}, {"sf", Snowflake}, {"databricks", Databricks}, {"lake", Databricks}, {"salesforce", Salesforce},
		{"crm", Salesforce}, {"postgres", Postgres}, {"pg", Postgres}, {"ops", Postgres}} {
		if strings.HasPrefix(name, k.prefix) {
			return k.kind, true
		}
	}
	return "", false
}

// bad is F0000 that names a file and why it cannot be served.
func bad(file, format string, args ...any) *pgerr.Error {
	return pgerr.New(pgerr.ConfigFile, file+": "+format, args...)
}

// Read reads a directory: names, columns and grants, but no rows. Its errors are F0000 and name the file.
func Read(ctx context.Context, dir string) (*Data, error) {
	db, err := duck.Open(":memory:", duck.Options{})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	r := &reader{db: db, data: &Data{Dir: dir}}
	if err := r.walk(ctx); err != nil {
		return nil, err
	}
	if len(r.data.Sources) == 0 {
		return nil, bad(dir, "there is no table").WithHint("Put files at <source>/<schema>/<table>.parquet or .csv below it.")
	}
	if r.data.Policy, err = readGrants(filepath.Join(dir, "grants.yaml"), r.data); err != nil {
		return nil, err
	}
	r.data.Relationships, err = readRelationships(filepath.Join(dir, "relationships.yaml"), r.data)
	return r.data, err
}

// reader reads one directory.
type reader struct {
	db   *duck.Database
	data *Data
}

func (r *reader) walk(ctx context.Context) error {
	entries, err := list(r.data.Dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(r.data.Dir, e.Name())
		switch {
		case e.Name() == "grants.yaml" || e.Name() == "relationships.yaml":
			continue
		case !folder(path):
			return bad(path, "it is no folder of a source").WithHint("Tables are at <source>/<schema>/<table>.parquet or .csv; beside the sources there are grants.yaml and relationships.yaml alone.")
		case !sourceName.MatchString(e.Name()):
			return bad(path, "a source's name has lower-case letters, digits and underscores only")
		}
		k, ok := kind(e.Name())
		if !ok {
			return bad(path, "the name does not say what kind of source it is").WithHint("Let it begin with sf or snowflake, lake or databricks, crm or salesforce, or with pg, ops or postgres.")
		}
		s := Source{Name: e.Name(), Kind: k}
		if err := r.source(ctx, path, &s); err != nil {
			return err
		}
		r.data.Sources = append(r.data.Sources, s)
	}
	return nil
}

func (r *reader) source(ctx context.Context, path string, s *Source) error {
	schemas, err := list(path)
	if err != nil {
		return err
	}
	for _, schema := range schemas {
		at := filepath.Join(path, schema.Name())
		if s.Kind == Salesforce && schema.Name() == ObjectsFile {
			continue
		}
		if !folder(at) {
			return bad(at, "it is no folder of a schema").WithHint("Tables are at <source>/<schema>/<table>.parquet or .csv.")
		}
		files, err := list(at)
		if err != nil {
			return err
		}
		for _, file := range files {
			t, err := r.table(ctx, filepath.Join(at, file.Name()))
			if err != nil {
				return err
			}
			t.Source, t.Schema = s.Name, schema.Name()
			if twin := slices.IndexFunc(s.Tables, s.twin(t)); twin >= 0 {
				return bad(t.File, "the %s has the table %s already, in %s", s.namespace(), t.Name, s.Tables[twin].File)
			}
			s.Tables = append(s.Tables, t)
		}
	}
	if len(s.Tables) == 0 {
		return bad(path, "the source has no table")
	}
	if s.Kind == Salesforce {
		return r.objects(ctx, s)
	}
	return nil
}

// twin tells which tables would have the same name as one at the source: Salesforce's objects have no schema.
func (s *Source) twin(t Table) func(Table) bool {
	return func(o Table) bool {
		return strings.EqualFold(o.Name, t.Name) && (s.Kind == Salesforce || o.Schema == t.Schema || s.Kind == Databricks && strings.EqualFold(o.Schema, t.Schema))
	}
}

func (s *Source) namespace() string {
	if s.Kind == Salesforce {
		return "source"
	}
	return "schema"
}

// list returns a folder's entries but for hidden ones, in the order of their names.
func list(path string) ([]fs.DirEntry, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, bad(path, "it cannot be read").WithDetail("%s", err).Because(err)
	}
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") }), nil
}

func folder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// table reads a file's columns.
func (r *reader) table(ctx context.Context, path string) (Table, error) {
	t := Table{File: path}
	ext := filepath.Ext(path)
	t.Name = strings.TrimSuffix(filepath.Base(path), ext)
	if ext != ".parquet" && ext != ".csv" || folder(path) {
		return t, bad(path, "it is neither .parquet nor .csv")
	}
	required := map[string]bool{}
	if ext == ".parquet" {
		text := "SELECT name FROM parquet_schema(" + literal(path) + ") WHERE repetition_type = 'REQUIRED'"
		if err := r.rows(ctx, text, func(v []string) error { required[v[0]] = true; return nil }); err != nil {
			return t, bad(path, "it cannot be read").WithDetail("%s", err).Because(err)
		}
	}
	err := r.rows(ctx, "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM "+t.scan()+")", func(v []string) error {
		c, ok := column(v[1])
		if !ok {
			return bad(path, "the column %q is of type %s, which the sandbox does not serve", v[0], v[1])
		}
		if slices.ContainsFunc(t.Columns, func(o Column) bool { return strings.EqualFold(o.Name, v[0]) }) {
			return bad(path, "two columns are named %q", v[0])
		}
		c.Name, c.Nullable = v[0], !required[v[0]]
		t.Columns = append(t.Columns, c)
		return nil
	})
	if err == nil && ext == ".csv" {
		err = r.decimals(ctx, &t)
	}
	if err == nil {
		err = r.narrow(ctx, &t)
	}
	var own *pgerr.Error
	if err != nil && !errors.As(err, &own) {
		err = bad(path, "it cannot be read").WithDetail("%s", err).Because(err)
	}
	return t, err
}

// decimals makes decimals of a CSV file's numbers that are written without an exponent: their digits are exact.
func (r *reader) decimals(ctx context.Context, t *Table) error {
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Type != Double {
			continue
		}
		name := quote(c.Name)
		text := "SELECT CAST(coalesce(bool_and(regexp_full_match(" + name + `, '[+-]?[0-9]+([.][0-9]*)?')), false) AS VARCHAR),
			CAST(coalesce(max(length(ltrim(split_part(` + name + `, '.', 1), '+-0'))), 0) AS VARCHAR),
			CAST(coalesce(max(length(split_part(` + name + ", '.', 2))), 0) AS VARCHAR) FROM read_csv(" + literal(t.File) + ", header = true, all_varchar = true)"
		err := r.rows(ctx, text, func(v []string) error {
			whole, _ := strconv.Atoi(v[1])
			scale, _ := strconv.Atoi(v[2])
			if v[0] == "true" && whole+scale <= 38 {
				c.Type, c.Precision, c.Scale = Decimal, 38, scale
				if whole+scale <= 18 {
					c.Precision = 18
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// narrow finds the integers of 64 bits that 18 digits hold: DuckDB is many times faster with these than with 19.
func (r *reader) narrow(ctx context.Context, t *Table) error {
	var wide []*Column
	var items []string
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Type == Integer && c.Precision == 64 {
			wide = append(wide, c)
			items = append(items, "CAST(coalesce(max("+quote(c.Name)+") < 1000000000000000000 AND min("+quote(c.Name)+") > -1000000000000000000, true) AS VARCHAR)")
		}
	}
	if len(wide) == 0 {
		return nil
	}
	return r.rows(ctx, "SELECT "+strings.Join(items, ", ")+" FROM "+t.scan(), func(v []string) error {
		for i, c := range wide {
			c.Narrow = v[i] == "true"
		}
		return nil
	})
}

// rows hands a statement's rows of texts over.
func (r *reader) rows(ctx context.Context, text string, each func([]string) error) error {
	return r.db.Query(ctx, text, func(b arrow.RecordBatch) error {
		for i := range int(b.NumRows()) {
			row := make([]string, b.NumCols())
			for k := range row {
				row[k] = strings.Clone(b.Column(k).(*array.String).Value(i))
			}
			if err := each(row); err != nil {
				return err
			}
		}
		return nil
	})
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// scan is the file in DuckDB's FROM.
func (t Table) scan() string {
	if filepath.Ext(t.File) == ".csv" {
		return "read_csv(" + literal(t.File) + ", header = true, sample_size = -1)"
	}
	return "read_parquet(" + literal(t.File) + ")"
}

// Load copies the file into a new table of a database. Its errors are F0000 and name the file.
func (t Table) Load(ctx context.Context, db *duck.Database, name string) error {
	definitions := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		definitions[i] = quote(c.Name) + " " + t.DuckDB(c)
		if p, _ := c.Number(); strings.HasPrefix(t.DuckDB(c), "DECIMAL") && p > 18 {
			definitions[i] += " USING COMPRESSION uncompressed" // which makes 128-bit numbers many times slower
		}
	}
	for _, text := range []string{"CREATE TABLE " + quote(name) + " (" + strings.Join(definitions, ", ") + ")", "INSERT INTO " + quote(name) + " " + t.Select()} {
		if err := db.Exec(ctx, text); err != nil {
			return bad(t.File, "it cannot be read").WithDetail("%s", err).Because(err)
		}
	}
	return nil
}

// Select reads the file's columns in their types.
func (t Table) Select() string {
	items := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		if c.Made {
			items[i] = "CAST(NULL AS VARCHAR) AS " + quote(c.Name)
			continue
		}
		items[i] = "CAST(" + quote(c.Name) + " AS " + t.DuckDB(c) + ") AS " + quote(c.Name)
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM " + t.scan()
}
