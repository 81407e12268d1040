//go:build !linux

package audit

import "os"

// dataFile is a file whose Sync is the system's strongest.
type dataFile struct{ *os.File }
