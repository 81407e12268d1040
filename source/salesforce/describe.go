package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// field is what a describe says of one
// (https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm).
type field struct {
	Name         string   `json:"name"`
	Type         string   `json:"type"`
	Precision    int32    `json:"precision"`
	Scale        int32    `json:"scale"`
	Digits       int32    `json:"digits"`
	Nillable     bool     `json:"nillable"`
	Filterable   bool     `json:"filterable"`
	Sortable     bool     `json:"sortable"`
	Groupable    bool     `json:"groupable"`
	Aggregatable bool     `json:"aggregatable"`
	Case         bool     `json:"caseSensitive"`
	Restricted   bool     `json:"restrictedPicklist"`
	ReferenceTo  []string `json:"referenceTo"`
	Relationship string   `json:"relationshipName"`
}

var objectForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// Describe returns an object's fields as the person's profile shows them; those that field-level security hides are not among them,
// nor are compound and binary ones. 42501 when the person may not read the object.
func (c *conn) Describe(ctx context.Context, object string) (source.Schema, error) {
	if !objectForm.MatchString(object) {
		return source.Schema{}, pgerr.New(pgerr.InvalidName, "the object %q is none of Salesforce's", object).WithHint("write its API name, as Opportunity or Deal__c")
	}
	t := &task{conn: c, base: source.RequestID(ctx)}
	var answer struct {
		Fields []field `json:"fields"`
	}
	err := t.exchange(ctx, call{method: http.MethodGet, path: "sobjects/" + object + "/describe", accept: "application/json"}, func(a *http.Response) error {
		return noEnd(json.NewDecoder(io.LimitReader(a.Body, 32<<20)).Decode(&answer))
	})
	if err == nil && len(answer.Fields) == 0 {
		err = c.system.malformed(errors.New("the object has no fields"))
	}
	if err != nil {
		return source.Schema{}, err
	}
	return schemaOf(answer.Fields), nil
}

// schemaOf keeps the fields that have a type of ours. Where several currencies are in use Salesforce converts amounts before it compares or
// adds them, so that nothing may be asked of them there.
func schemaOf(fields []field) source.Schema {
	several := slices.ContainsFunc(fields, func(f field) bool { return f.Name == "CurrencyIsoCode" })
	var out source.Schema
	for _, f := range fields {
		t, ok := f.typeOf()
		if !ok || !objectForm.MatchString(f.Name) {
			continue
		}
		may := !(several && f.Type == "currency")
		facts := &plan.Field{Kind: f.Type, Filter: f.Filterable && may, Sort: f.Sortable && may, Group: f.Groupable && may,
			Aggregate: f.Aggregatable && may, CaseSensitive: f.Case, Restricted: f.Restricted}
		if len(f.ReferenceTo) == 1 && objectForm.MatchString(f.ReferenceTo[0]) && objectForm.MatchString(f.Relationship) {
			facts.References, facts.Relationship = f.ReferenceTo[0], f.Relationship
		}
		out.Columns = append(out.Columns, source.Column{Name: f.Name, Type: t, NotNull: !f.Nillable, Field: facts})
	}
	return out
}

// typeOf is the type of ours for a field's.
func (f field) typeOf() (plan.Type, bool) {
	switch f.Type {
	case "id", "reference", "string", "picklist", "combobox", "email", "phone", "url", "textarea", "multipicklist", "encryptedstring":
		return plan.Type{OID: pgcat.Text, Mod: -1}, true
	case "boolean":
		return plan.Type{OID: pgcat.Bool, Mod: -1}, true
	case "int":
		return plan.Type{OID: pgcat.Int4, Mod: -1}, true
	case "double", "currency", "percent":
		if f.Precision < 1 || f.Precision > 38 || f.Scale < 0 || f.Scale > f.Precision {
			return plan.Type{OID: pgcat.Numeric, Mod: -1}, true
		}
		return plan.Type{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(f.Precision, f.Scale)}, true
	case "date":
		return plan.Type{OID: pgcat.Date, Mod: -1}, true
	case "datetime":
		return plan.Type{OID: pgcat.TimestampTZ, Mod: -1}, true
	case "time":
		return plan.Type{OID: pgcat.Time, Mod: -1}, true
	}
	return plan.Type{}, false
}
