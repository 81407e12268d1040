package engine

import (
	"context"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/engine/workspace"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/vault"
)

// Catalog is the connection of the system's own relations.
const Catalog = "catalog"

// Views gives the models as a person may see them.
type Views interface {
	View(ctx context.Context, who *identity.Session) (*semantic.View, error)
}

// Standing says whether a session may still act; 28000 when its token was revoked or its person disabled.
type Standing interface {
	Alive(ctx context.Context, who *identity.Session) error
}

// Limits bound one statement, and all of them together.
type Limits struct {
	Timeout     time.Duration // of a statement whose session sets none; 0 means none
	Rows        int64         // of a result; 0 means any number
	ExtractRows int64         // loaded into a workspace by one statement; 0 means any number
	Memory      int64         // bytes of all workers together
	Queue       time.Duration // how long a statement waits for memory
	PlanBytes   int64         // of cached plans
}

// Config is what an Engine works with. It is handed over once, by cmd.
type Config struct {
	Views Views
	// Used is told when a person's call of a SQL source has gone through; nil for nobody.
	Used     func(who *identity.Session, connection string)
	Standing Standing
	Sources  map[string]source.Source // by connection; Catalog among them
	Tokens   *vault.Tokens
	Audit    *audit.Log
	Pool     *workspace.Pool
	Limits   Limits
}

// Engine runs statements. It is safe for concurrent use.
type Engine struct {
	config       Config
	capabilities map[string]source.Capabilities
	version      string // of the capabilities, part of the plan cache's key
	plans        *planCache
	memory       *semaphore.Weighted
}

// New returns an engine.
func New(c Config) *Engine {
	e := &Engine{config: c, capabilities: map[string]source.Capabilities{}, plans: newPlanCache(c.Limits.PlanBytes)}
	for name, s := range c.Sources {
		e.capabilities[name] = s.Capabilities()
	}
	e.version = versionOf(e.capabilities)
	e.memory = semaphore.NewWeighted(max(c.Limits.Memory, c.Pool.Budget()))
	return e
}
