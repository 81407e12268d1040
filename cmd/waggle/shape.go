package main

import (
	"regexp"

	"github.com/waggle-sql/waggle/internal/strictyaml"
)

// configShape is waggle.yaml: what may stand in it, and its JSON Schema.
func configShape() *strictyaml.Shape {
	text := func(doc string) *strictyaml.Shape { return &strictyaml.Shape{Doc: doc} }
	return object("Waggle's configuration.",
		field("listen", true, object("Where the server listens.",
			field("postgres", true, text("Address of the PostgreSQL port.")),
			field("http", true, text("Address of the console.")))),
		field("public_url", true, text("The console's address as people's browsers see it; sources send their OAuth answers there.")),
		field("tls", false, object("The PostgreSQL port's certificate; without it plaintext is served, on loopback only.",
			field("certificate", true, text("PEM file, read again when it changes.")),
			field("key", true, text("PEM file, readable by the owner alone.")))),
		field("store", true, text("The metadata database: sqlite:PATH or postgres://….")),
		field("keys", true, object("Keys that seal the store.",
			field("master", true, text("The master key: file:PATH (mode 0600) or env:NAME.")),
			field("retired", false, &strictyaml.Shape{Kind: strictyaml.OneOrList, Elem: text("A former master key."), Doc: "Former master keys, until `waggle vault rotate` is done."}))),
		field("audit", true, object("The audit log.",
			field("directory", true, text("Its folder.")),
			field("key", false, text("The Ed25519 key file that signs checkpoints; made when missing. Default: signing.key beside the folder.")),
			field("literals", false, enum("What becomes of the literals of statements.", "encrypted", "drop")))),
		field("models", true, &strictyaml.Shape{Kind: strictyaml.OneOrList, Elem: text("A model folder."), Doc: "Model folders, in the order of the search path."}),
		field("sources", true, sourcesShape()),
		field("workspace", false, object("The workers.",
			field("sandbox", false, enum("strict refuses to serve without seccomp.", "strict", "weak")),
			field("workers", false, &strictyaml.Shape{Kind: strictyaml.Whole, Doc: "Workers kept ready; default: one per core."}))),
		field("limits", false, limitsShape()),
	)
}

func sourcesShape() *strictyaml.Shape {
	text := func(doc string) *strictyaml.Shape { return &strictyaml.Shape{Doc: doc} }
	list := func(doc string) *strictyaml.Shape {
		return &strictyaml.Shape{Kind: strictyaml.OneOrList, Elem: &strictyaml.Shape{}, Doc: doc}
	}
	name := &strictyaml.Shape{Pattern: regexp.MustCompile(`^[a-z][a-z0-9_]*$`), Noun: "a name of lower-case letters, digits and underscores"}
	return &strictyaml.Shape{Kind: strictyaml.MapOf, Keys: name, NonEmpty: true, Doc: "The sources by connection name.",
		Elem: object("A source.",
			field("kind", true, enum("How it is spoken to.", "rest", "postgres", "snowflake", "databricks", "salesforce")),
			field("definition", false, text("A built-in REST definition (gong, google_calendar), or the path of a definition file.")),
			field("credential", false, enum("Whose credential opens it: each person's token, the organisation's (an Admin switches it on), or for a PostgreSQL server each person's own password, OAuth token (RFC 7628), token in a password's place, or client certificate.",
				"user", "org", "password", "oauth", "token", "certificate")),
			field("token_user", false, enum("A person's user name at a PostgreSQL server that takes tokens: the verified e-mail address (the default) or the login.", "email", "login")),
			field("host", false, text("Of a PostgreSQL server, or of a Databricks workspace.")),
			field("port", false, &strictyaml.Shape{Kind: strictyaml.Whole, Doc: "Of a PostgreSQL server; default 5432."}),
			field("account", false, text("Of Snowflake: organisation-account.")),
			field("database", false, text("Of a PostgreSQL server, or of Snowflake for two-part names.")),
			field("http_path", false, text("Of a Databricks SQL warehouse: /sql/1.0/warehouses/ID; SET waggle.<connection>.warehouse takes another ID.")),
			field("catalog", false, text("Of Databricks, for two-part names.")),
			field("login_url", false, text("Of Salesforce: where people sign in, https://<domain>.my.salesforce.com.")),
			field("api_version", false, text("Of Salesforce's API; default 64.0.")),
			field("api_reserve", false, &strictyaml.Shape{Kind: strictyaml.Whole, Doc: "Share of a Salesforce organisation's API requests of 24 hours that is left to its other integrations, in percent; default 20."}),
			field("warehouse", false, text("Of Snowflake: the default; SET waggle.<connection>.warehouse takes another one.")),
			field("role", false, text("Of Snowflake: the default; SET waggle.<connection>.role takes another one.")),
			field("tls", false, enum("verify checks the PostgreSQL server's certificate; off is for loopback addresses.", "verify", "off")),
			field("ca", false, text("PEM file with the authorities of the PostgreSQL server's certificate; default: the system's.")),
			field("collation", false, enum("The PostgreSQL database's, when it is the one that Waggle computes with.", "C.UTF-8")),
			field("region", false, text("Where its data lives. Join keys do not cross from one region to another, unless the relationship says across_regions.")),
			field("base_url", false, text("Another address than the definition's, or than the account's or workspace's own host: of a private link.")),
			field("oauth", false, object("The OAuth client that the source knows Waggle by.",
				field("client_id", true, text("Its id.")),
				field("client_secret", false, text("file:PATH or env:NAME; none for a public client.")),
				field("scopes", false, list("Other scopes than the definition's, or than the kind's own (Snowflake: session:role:<role>; Databricks: sql, offline_access; Salesforce: api, refresh_token).")),
				field("authorize_url", false, text("Another address than the definition's, the account's or the workspace's.")),
				field("token_url", false, text("Another address than the definition's, the account's or the workspace's.")),
				field("revoke_url", false, text("Another address than the definition's.")),
				field("issuer", false, text("The issuer that answers must name (RFC 9207).")))))}
}

func limitsShape() *strictyaml.Shape {
	text := func(doc string) *strictyaml.Shape { return &strictyaml.Shape{Doc: doc} }
	whole := func(doc string) *strictyaml.Shape { return &strictyaml.Shape{Kind: strictyaml.Whole, Doc: doc} }
	return object("What statements may use.",
		field("workspace_memory", false, text("Of one worker: 512MiB.")),
		field("memory", false, text("Of all workers together: 4GiB.")),
		field("statement_timeout", false, text("Of a statement whose session sets none: 5min.")),
		field("queue", false, text("How long a statement waits for memory: 30s.")),
		field("rows", false, whole("Of a result.")),
		field("extract_rows", false, whole("Loaded into a workspace by one statement.")),
		field("connections", false, whole("Open at the PostgreSQL port.")))
}

func object(doc string, fields ...strictyaml.Field) *strictyaml.Shape {
	return &strictyaml.Shape{Kind: strictyaml.Object, Doc: doc, Fields: fields}
}

func field(name string, required bool, s *strictyaml.Shape) strictyaml.Field {
	return strictyaml.Field{Name: name, Required: required, Shape: s}
}

func enum(doc string, values ...string) *strictyaml.Shape {
	return &strictyaml.Shape{Doc: doc, Enum: values}
}
