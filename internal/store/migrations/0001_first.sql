-- times are microseconds since 1970; identifiers are random text; bytea keeps blobs in SQLite too (affinity numeric)
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value BYTEA NOT NULL
);

CREATE TABLE org (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);

-- ended_at: sessions that began before it are over (password or role change, sign out everywhere)
CREATE TABLE person (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES org (id),
  login TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  scram_salt BYTEA NOT NULL,
  scram_iterations BIGINT NOT NULL,
  totp_key TEXT NOT NULL,
  totp_sealed BYTEA,
  totp_step BIGINT NOT NULL,
  totp_confirmed BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT,
  ended_at BIGINT NOT NULL,
  UNIQUE (org_id, login)
);

CREATE INDEX person_login ON person (login);

CREATE INDEX person_email ON person (email);

CREATE TABLE verifier (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES org (id),
  person_id TEXT NOT NULL REFERENCES person (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  stored_key BYTEA NOT NULL,
  server_key BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  revoked_at BIGINT
);

CREATE INDEX verifier_person ON verifier (person_id);

-- state: active, decrypt_only or destroyed
CREATE TABLE kek (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  state TEXT NOT NULL,
  canary BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

-- person_id is '' for a key of the whole organisation
CREATE TABLE dek (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES org (id),
  person_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  kek_id TEXT NOT NULL REFERENCES kek (id),
  wrapped BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  destroyed_at BIGINT
);

CREATE UNIQUE INDEX dek_live ON dek (org_id, person_id, purpose) WHERE destroyed_at IS NULL;

-- person_id is '' for credential org; sealed holds the access and the refresh token
CREATE TABLE connection (
  org_id TEXT NOT NULL REFERENCES org (id),
  person_id TEXT NOT NULL,
  source TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  gen BIGINT NOT NULL,
  sealed BYTEA,
  expires_at BIGINT,
  lifetime BIGINT NOT NULL,
  refreshable BIGINT NOT NULL,
  scopes TEXT NOT NULL,
  subject TEXT NOT NULL,
  account TEXT NOT NULL,
  since BIGINT NOT NULL,
  lease_owner TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  intent_gen BIGINT NOT NULL,
  intent_at BIGINT NOT NULL,
  refreshed_at BIGINT,
  PRIMARY KEY (org_id, person_id, source)
);

CREATE TABLE oauth_txn (
  state_hash TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES org (id),
  person_id TEXT NOT NULL,
  source TEXT NOT NULL,
  browser_hash TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  redirect_uri TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

CREATE TABLE org_source (
  org_id TEXT NOT NULL REFERENCES org (id),
  source TEXT NOT NULL,
  enabled_by TEXT NOT NULL,
  enabled_at BIGINT NOT NULL,
  sentence TEXT NOT NULL,
  PRIMARY KEY (org_id, source)
)
