// Package nocache keeps the Snowflake driver from making a directory for cached credentials in the home directory. The driver
// makes it while its package is initialised, before anything of ours runs, and can be told otherwise by an environment
// variable alone.
package nocache

import "os"

// The variable is set while packages are initialised: this one needs os alone, and Go initialises packages that are ready in
// the order of their paths, so it comes before the driver, which waits for net/http. The directory exists on Linux and
// nothing can be written there.
var _ = os.Setenv("SF_TEMPORARY_CREDENTIAL_CACHE_DIR", "/proc/self")
