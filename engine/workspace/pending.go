package workspace

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

func datumAgg(datum.Func, [][]datum.Value, *datum.Env) (datum.Value, error) {
	return nil, pgerr.New(pgerr.FeatureNotSupported, "this aggregate is not supported yet")
}
