package rest

import (
	"regexp"

	"github.com/waggle-sql/waggle/internal/strictyaml"
)

// Shape is what a definition file may hold; it yields the file's JSON Schema too.
func Shape() *strictyaml.Shape {
	name := &strictyaml.Shape{Pattern: regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`), Noun: "a name of lower-case letters, digits and underscores"}
	return objectOf("How a system's REST API is read.",
		required("base_url", text("Where the API lies. {token.NAME|URL} stands for the address that the token's answer names, else URL.")),
		required("auth", authShape()),
		optional("access", enum("Whose rows a person sees when the token is the organisation's.", accessGong)),
		optional("rate_limit", objectOf("What the system takes of all people together.",
			required("requests", whole("Requests in a window.")), optional("seconds", whole("Length of the window; 1 when absent.")),
			optional("per_day", whole("Requests a day.")))),
		optional("retry", objectOf("When a request is repeated, before any of its rows has been handed on.",
			required("statuses", list("HTTP statuses.", whole(""))), required("max", whole("Repetitions at most.")),
			optional("max_wait_seconds", whole("The longest wait that is borne; 30 when absent.")))),
		optional("errors", list("What an answer that is no success means; the first that matches decides.", objectOf("",
			required("status", whole("HTTP status.")), optional("path", text("Of a text in the body.")),
			optional("contains", text("What the text contains.")), optional("action", enum("What follows.", "retry", "empty")),
			optional("sqlstate", &strictyaml.Shape{Pattern: regexp.MustCompile(`^[0-9A-Z]{5}$`), Noun: "five digits and capital letters"})))),
		optional("message", text("Path of the message in an error's body.")),
		optional("request_id", text("Path of the system's own id of the request in an answer.")),
		optional("budget", objectOf("What one statement may read of one object.", optional("pages", whole("")), optional("rows", whole("")),
			optional("page_mebibytes", whole("Of one answer.")))),
		required("objects", &strictyaml.Shape{Kind: strictyaml.MapOf, Keys: name, NonEmpty: true, Elem: objectShape(name)}),
	)
}

func authShape() *strictyaml.Shape {
	return objectOf("How people sign in: OAuth 2.0, authorization code.",
		required("authorize_url", text("")), required("token_url", text("")), optional("revoke_url", text("RFC 7009.")),
		optional("userinfo_url", text("OpenID Connect's.")), optional("issuer", text("RFC 9207.")),
		required("scopes", list("The least that the objects need.", text(""))),
		optional("variant", enum("The provider's way of OAuth.", "standard", "google", "gong")),
		optional("credential", enum("Whose token opens the system.", "user", "org")))
}

func objectShape(name *strictyaml.Shape) *strictyaml.Shape {
	scalars := &strictyaml.Shape{Kind: strictyaml.MapOf, Elem: text("")}
	needs := &strictyaml.Shape{Kind: strictyaml.MapOf, Elem: text(""), Doc: "What must be asked for: place in the request → value."}
	column := objectOf("", required("type", text("PostgreSQL's name of the type.")), optional("path", text("In the row.")),
		optional("record", text("In the record that the row is a part of.")), optional("bind", text("A value of the request.")),
		optional("fold", enum("What becomes of several values.", "sum", "exists")),
		optional("default", text("Where the path leads nowhere.")), optional("required", flag("Never null.")), optional("needs", needs))
	sink := objectOf("", required("column", name), required("op", &strictyaml.Shape{Kind: strictyaml.OneOrList, Elem: enum("", "=", "in", "<", "<=", ">", ">=")}),
		required("into", text("query.NAME, body.A.B or path.NAME.")), optional("format", enum("", "text", "rfc3339")),
		optional("bound", enum("Whether the API's bound is part of its range; exclusive when absent.", "inclusive", "exclusive")),
		optional("widen_hours", whole("Moves the bound outwards.")),
		required("support", enum("exact: the API returns just the rows asked for. checked: it may return more, which are dropped here. superset: the planner repeats the filter.",
			"exact", "checked", "superset")),
		optional("max_values", whole("Of one request.")), optional("pattern", text("What the API takes; no row has another value.")))
	return objectOf("",
		optional("of", &strictyaml.Shape{Pattern: name.Pattern, Noun: name.Noun, Doc: "The object whose requests and records these rows come from."}),
		optional("request", objectOf("", required("method", enum("", methods...)), required("path", text("")), optional("query", scalars),
			optional("body", list("Objects that the body has even when they are empty.", text(""))))),
		optional("parent", objectOf("The object whose rows are read first: one request for each.", required("object", name), required("bind", name),
			required("column", name), optional("concurrency", whole("")))),
		optional("pagination", objectOf("", required("next", text("Path of the next page's cursor.")), required("into", text("Where it goes; url when it is an address.")),
			optional("size", text("Where the page's size goes.")), optional("max", whole("The largest page.")))),
		optional("records", text("Path of the records' array.")), optional("explode", text("Path of an array in a record whose items are the rows.")),
		optional("needs", needs), required("key", list("", name)),
		optional("shared", flag("Everybody may read it, though the token is the organisation's.")),
		optional("access", objectOf("Where a record tells whose it is.", required("host", text("")), optional("workspace", text("")),
			optional("private", text("")), optional("participants", text("")), optional("needs", needs))),
		required("columns", &strictyaml.Shape{Kind: strictyaml.MapOf, Keys: name, NonEmpty: true, Elem: column}),
		optional("range", objectOf("Two bounds of which the lower must be below the upper.", required("low", text("")), required("high", text("")))),
		optional("sinks", list("Which filters can be said.", sink)))
}

func objectOf(doc string, fields ...strictyaml.Field) *strictyaml.Shape {
	return &strictyaml.Shape{Doc: doc, Kind: strictyaml.Object, Fields: fields}
}

func required(name string, s *strictyaml.Shape) strictyaml.Field {
	return strictyaml.Field{Name: name, Required: true, Shape: s}
}

func optional(name string, s *strictyaml.Shape) strictyaml.Field {
	return strictyaml.Field{Name: name, Shape: s}
}

func text(doc string) *strictyaml.Shape { return &strictyaml.Shape{Doc: doc} }

func whole(doc string) *strictyaml.Shape {
	return &strictyaml.Shape{Doc: doc, Kind: strictyaml.Whole, Pattern: regexp.MustCompile(`^[0-9]{1,9}$`), Noun: "a whole number of at most nine digits"}
}

func flag(doc string) *strictyaml.Shape { return &strictyaml.Shape{Doc: doc, Kind: strictyaml.Flag} }

func enum(doc string, values ...string) *strictyaml.Shape {
	return &strictyaml.Shape{Doc: doc, Enum: values}
}

func list(doc string, elem *strictyaml.Shape) *strictyaml.Shape {
	return &strictyaml.Shape{Doc: doc, Kind: strictyaml.ListOf, Elem: elem}
}
