package plan

// Settings are the session settings that decide what a statement means; equal Settings and text give an equal plan.
type Settings struct {
	SearchPath    string // comma-separated schemas, effective
	TimeZone      string
	DateStyle     string
	IntervalStyle string
	Pushdown      string // auto, strict or off
}
