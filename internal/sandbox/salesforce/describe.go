package salesforce

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// visible returns the objects that who asks may read, each with the fields that he may read.
func (s *Server) visible(in *input) []*sobject.Object {
	env := s.environment(in.grant.Person, s.config.Now())
	var out []*sobject.Object
	for i := range s.config.Objects {
		if r := env.Find(s.config.Objects[i].Name); r != nil {
			out = append(out, r.Object)
		}
	}
	return out
}

// describeGlobal is https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_describeGlobal.htm.
func (s *Server) describeGlobal(in *input) (any, *refusal) {
	list := []map[string]any{}
	for _, o := range s.visible(in) {
		list = append(list, in.summary(o))
	}
	return s.unchanged(in, map[string]any{"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": list})
}

// basic is https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_basic_info.htm.
func (s *Server) basic(in *input) (any, *refusal) {
	r := s.environment(in.grant.Person, s.config.Now()).Find(in.rest[0])
	if r == nil {
		return nil, notFound()
	}
	return map[string]any{"objectDescribe": in.summary(r.Object), "recentItems": []any{}}, nil
}

// describe is https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm.
func (s *Server) describe(in *input) (any, *refusal) {
	r := s.environment(in.grant.Person, s.config.Now()).Find(in.rest[0])
	if r == nil {
		return nil, notFound()
	}
	out := in.summary(r.Object)
	fields := []map[string]any{}
	for i := range r.Object.Fields {
		fields = append(fields, fieldOf(&r.Object.Fields[i]))
	}
	children := []map[string]any{}
	for _, o := range s.visible(in) {
		for i := range o.Fields {
			if f := &o.Fields[i]; f.ReferenceTo == r.Object.Name {
				var name any
				if f.Children != "" {
					name = f.Children
				}
				children = append(children, map[string]any{
					"cascadeDelete": false, "childSObject": o.Name, "deprecatedAndHidden": false, "field": f.Name,
					"junctionIdListNames": []string{}, "junctionReferenceTo": []string{}, "relationshipName": name, "restrictedDelete": false,
				})
			}
		}
	}
	out["fields"], out["childRelationships"], out["recordTypeInfos"] = fields, children, []any{}
	return s.unchanged(in, out)
}

// summary is what describe says of an object as a whole.
func (in *input) summary(o *sobject.Object) map[string]any {
	base := in.url("/sobjects/" + o.Name)
	out := map[string]any{
		"name": o.Name, "label": o.Label, "labelPlural": o.Plural, "keyPrefix": o.Prefix, "custom": sobject.Custom(o.Name), "queryable": true,
		"urls": map[string]string{"sobject": base, "describe": base + "/describe", "rowTemplate": base + "/{ID}"},
	}
	for _, name := range []string{"activateable", "createable", "customSetting", "deletable", "deprecatedAndHidden", "feedEnabled", "hasSubtypes",
		"isInterface", "isSubtype", "layoutable", "mergeable", "mruEnabled", "replicateable", "retrieveable", "searchable", "triggerable",
		"undeletable", "updateable"} {
		out[name] = false
	}
	return out
}

// fieldOf is what describe says of a field.
func fieldOf(f *sobject.Field) map[string]any {
	values := []map[string]any{}
	for _, v := range f.Values {
		values = append(values, map[string]any{"active": true, "defaultValue": false, "label": v, "validFor": nil, "value": v})
	}
	references := []string{}
	var relationship any
	if f.Type == sobject.Reference {
		references, relationship = append(references, f.ReferenceTo), f.Relationship
	}
	out := map[string]any{
		"name": f.Name, "label": f.Label, "type": string(f.Type), "soapType": soapType(f.Type), "length": f.Length, "byteLength": 3 * f.Length,
		"precision": f.Precision, "scale": f.Scale, "digits": f.Digits, "nillable": f.Nillable, "custom": sobject.Custom(f.Name),
		"filterable": f.Filterable(), "sortable": f.Sortable(), "groupable": f.Groupable(), "aggregatable": f.Aggregatable(),
		"caseSensitive": f.CaseSensitive, "calculated": f.Calculated, "restrictedPicklist": f.Restricted, "picklistValues": values,
		"referenceTo": references, "relationshipName": relationship, "nameField": f.Name == "Name", "idLookup": f.Type == sobject.ID,
		"unique": false, "defaultValue": nil, "calculatedFormula": nil, "inlineHelpText": nil, "extraTypeInfo": nil, "compoundFieldName": nil,
		"controllerName": nil, "relationshipOrder": nil, "referenceTargetField": nil, "mask": nil, "maskType": nil, "filteredLookupInfo": nil,
		"defaultValueFormula": nil,
	}
	for _, name := range []string{"autoNumber", "cascadeDelete", "createable", "defaultedOnCreate", "dependentPicklist", "deprecatedAndHidden",
		"displayLocationInDecimal", "encrypted", "externalId", "formulaTreatNullNumberAsZero", "highScaleNumber", "htmlFormatted", "namePointing",
		"permissionable", "polymorphicForeignKey", "queryByDistance", "restrictedDelete", "searchPrefilterable", "updateable",
		"writeRequiresMasterRead", "aiPredictionField"} {
		out[name] = false
	}
	if f.Calculated {
		out["calculatedFormula"] = "sandbox"
	}
	return out
}

func soapType(t sobject.Type) string {
	switch t {
	case sobject.ID, sobject.Reference:
		return "tns:ID"
	case sobject.Boolean, sobject.Int, sobject.Date, sobject.Time:
		return "xsd:" + string(t)
	case sobject.Double, sobject.Currency, sobject.Percent:
		return "xsd:double"
	case sobject.Datetime:
		return "xsd:dateTime"
	}
	return "xsd:string"
}

// unchanged answers 304 when the client has the description already: by If-None-Match, else by If-Modified-Since
// (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_conditional_requests.htm). What is described
// differs from person to person, so does its tag.
func (s *Server) unchanged(in *input, body any) (any, *refusal) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, broken()
	}
	sum := sha256.Sum256(text)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	in.w.Header().Set("ETag", tag)
	in.w.Header().Set("Last-Modified", s.started.Format(http.TimeFormat))
	same := false
	if have := in.r.Header.Get("If-None-Match"); have != "" {
		same = have == tag || have == "*"
	} else if since, err := time.Parse(time.RFC1123, in.r.Header.Get("If-Modified-Since")); err == nil {
		same = !s.started.After(since)
	}
	if same {
		in.w.WriteHeader(http.StatusNotModified)
		return written{}, nil
	}
	return body, nil
}
