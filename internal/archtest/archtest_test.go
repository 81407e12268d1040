package archtest

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "github.com/waggle-sql/waggle"

func load(t *testing.T) []*packages.Package {
	t.Helper()
	all, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedImports, BuildFlags: []string{"-tags=duckdb_arrow,minicore_disabled"}}, module+"/...")
	if err != nil || len(all) < 20 {
		t.Fatalf("%d packages: %v", len(all), err)
	}
	return all
}

func relative(path string) string { return strings.TrimPrefix(strings.TrimPrefix(path, module), "/") }

// TestImportTable holds every package to its row, and every package to having one.
func TestImportTable(t *testing.T) {
	for _, p := range load(t) {
		pkg := relative(p.PkgPath)
		r := find(pkg)
		if r == nil {
			t.Errorf("%s has no row in the import table", pkg)
			continue
		}
		for path := range p.Imports {
			if !strings.HasPrefix(path, module) || r.ours == "*" {
				continue
			}
			if !allowed(strings.Fields(r.ours), relative(path)) {
				t.Errorf("%s imports %s, which its row does not allow", pkg, relative(path))
			}
		}
	}
}

func find(pkg string) *rule {
	for i := range table {
		if matches(table[i].pkg, pkg) {
			return &table[i]
		}
	}
	return nil
}

func matches(pattern, pkg string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "…"); ok {
		return strings.HasPrefix(pkg, prefix)
	}
	return pattern == pkg
}

func allowed(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, pkg) })
}

// TestOneLibraryOnePackage holds each third-party module to its one importer.
func TestOneLibraryOnePackage(t *testing.T) {
	for _, p := range load(t) {
		pkg := relative(p.PkgPath)
		for path := range p.Imports {
			for lib, owners := range libraries {
				if (path == lib || strings.HasPrefix(path, lib+"/")) && !allowed(strings.Fields(owners), pkg) {
					t.Errorf("%s imports %s, which only %s may", pkg, path, owners)
				}
			}
		}
	}
}

// TestOneDoor holds invariant 2: only the engine opens sources, and only cmd makes vaults and engines.
func TestOneDoor(t *testing.T) {
	for _, p := range load(t) {
		pkg := relative(p.PkgPath)
		if _, ok := p.Imports[module+"/vault"]; ok && !slices.Contains([]string{"engine", "console", "cmd/waggle"}, pkg) && !strings.HasPrefix(pkg, "internal/") {
			t.Errorf("%s imports vault", pkg)
		}
		if _, ok := p.Imports[module+"/engine"]; ok && !slices.Contains([]string{"proxy", "console", "cmd/waggle"}, pkg) && !strings.HasPrefix(pkg, "internal/") {
			t.Errorf("%s imports engine", pkg)
		}
	}
}
