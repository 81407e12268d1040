package semantic

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
)

// FirstOID is PostgreSQL's FirstNormalObjectId: what a view names is never below it, what the system names always is.
const FirstOID = 16384

// named is something that needs an OID.
type named struct{ organisation, path string }

// assignOIDs gives each path a 31-bit hash of its organisation and itself. Collisions move on in the order of the paths, so
// that every replica finds the same numbers (DECISIONS 22).
func assignOIDs(models []*Model) map[string]uint32 {
	paths := objectPaths(models)
	slices.SortFunc(paths, func(a, b named) int { return strings.Compare(a.path, b.path) })
	oids, taken := make(map[string]uint32, len(paths)), make(map[uint32]bool, len(paths))
	for _, p := range paths {
		oid := hashOID(p)
		for taken[oid] {
			if oid++; oid > 1<<31-1 {
				oid = FirstOID
			}
		}
		taken[oid] = true
		oids[p.path] = oid
	}
	return oids
}

// objectPaths lists what needs an OID: "model", "model.entity", its key, row type and that one's array, and
// "model#relationship".
func objectPaths(models []*Model) []named {
	var paths []named
	for _, m := range models {
		paths = append(paths, named{m.Organisation, m.Name})
		for _, e := range m.Entities {
			path := m.Name + "." + e.Name
			for _, part := range []string{"", "#key", "#index", "#type", "#array"} {
				paths = append(paths, named{m.Organisation, path + part})
			}
		}
		for _, r := range m.Relationships {
			paths = append(paths, named{m.Organisation, m.Name + "#" + r.Name})
		}
	}
	return paths
}

func hashOID(p named) uint32 {
	sum := sha256.Sum256([]byte(p.organisation + "\x00" + p.path))
	return FirstOID + binary.BigEndian.Uint32(sum[:4])%(1<<31-FirstOID)
}
