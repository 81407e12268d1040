package bind

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

func oidConst(oid, value uint32, at int) plan.Expr {
	return &plan.Const{Base: base(oid, at), Value: datum.Int(value)}
}

// missingItem explains why a qualifier names nothing (errorMissingRTE).
func (b *binder) missingItem(s *scope, name string) *pgerr.Error {
	for level := s; level != nil; level = level.up {
		for _, it := range level.all {
			renamed := it.renamed && it.rel != nil && it.rel.Table.Name == name && it.name != name
			if it.name != name && !renamed {
				continue
			}
			e := pgerr.New(pgerr.UndefinedTable, "invalid reference to FROM-clause entry for table \"%s\"", name)
			if renamed {
				if level == s && visible(s, it) {
					return e.WithHint("Perhaps you meant to reference the table alias \"%s\".", it.name)
				}
				continue
			}
			e = e.WithDetail("There is an entry for table \"%s\", but it cannot be referenced from this part of the query.", name)
			if visibleIfLateral(level, it) {
				e = e.WithHint("To reference that table, you must mark this subquery with LATERAL.")
			}
			return e
		}
	}
	return pgerr.New(pgerr.UndefinedTable, "missing FROM-clause entry for table \"%s\"", name)
}

func visible(s *scope, it *item) bool {
	for _, v := range s.items {
		if v == it {
			return v.relVisible && !(v.lateralOnly && !s.lateral)
		}
	}
	return false
}

func visibleIfLateral(s *scope, it *item) bool {
	for _, v := range s.items {
		if v == it {
			return v.lateralOnly && v.lateralOK && !s.lateral
		}
	}
	return false
}

// near collects the columns that a misspelt name may mean (FuzzyAttrMatchState).
type near struct {
	distance      int
	first, second *item
	col1, col2    string
	exact, exact2 *item
	level         *scope
}

const maxDistance = 3

// missingColumn explains why a column does not exist, with PostgreSQL's hints (errorMissingColumn).
func (b *binder) missingColumn(s *scope, table, name string) *pgerr.Error {
	n := near{distance: maxDistance + 1}
	for level := s; level != nil; level = level.up {
		for _, it := range level.all {
			n.search(level, it, table, name)
		}
	}
	e := pgerr.New(pgerr.UndefinedColumn, "column \"%s\" does not exist", name)
	if table != "" {
		e = pgerr.New(pgerr.UndefinedColumn, "column %s.%s does not exist", table, name)
	}
	switch {
	case n.exact2 != nil:
		e = e.WithDetail("There are columns named \"%s\", but they are in tables that cannot be referenced from this part of the query.", name)
		if table == "" {
			e = e.WithHint("Try using a table-qualified name.")
		}
		return e
	case n.exact != nil:
		e = e.WithDetail("There is a column named \"%s\" in table \"%s\", but it cannot be referenced from this part of the query.",
			name, n.exact.name)
		switch {
		case visibleIfLateral(n.level, n.exact):
			e = e.WithHint("To reference that column, you must mark this subquery with LATERAL.")
		case table == "" && visible(n.level, n.exact):
			e = e.WithHint("To reference that column, you must use a table-qualified name.")
		}
		return e
	case n.first != nil && n.second != nil:
		return e.WithHint("Perhaps you meant to reference the column \"%s.%s\" or the column \"%s.%s\".",
			n.first.name, n.col1, n.second.name, n.col2)
	case n.first != nil:
		return e.WithHint("Perhaps you meant to reference the column \"%s.%s\".", n.first.name, n.col1)
	}
	return e
}

func (n *near) search(level *scope, it *item, table, name string) {
	penalty := 0
	if table != "" {
		penalty = levenshtein(table, it.name)
	}
	for _, c := range it.cols {
		if c.name == name && penalty == 0 {
			if n.exact == nil {
				n.exact, n.level = it, level
			} else {
				n.exact2 = it
			}
			continue
		}
		n.compare(it, c.name, name, penalty)
	}
}

func (n *near) compare(it *item, match, name string, penalty int) {
	if penalty > n.distance || name == "" {
		return
	}
	d := levenshtein(name, match)
	if d > len(name)/2 {
		return
	}
	d += penalty
	switch {
	case d < n.distance:
		n.distance, n.first, n.col1, n.second = d, it, match, nil
	case d > n.distance:
	case n.second != nil:
		n.first, n.second, n.distance = nil, nil, d-1
	case n.first != nil:
		n.second, n.col2 = it, match
	case n.distance <= maxDistance:
		n.first, n.col1 = it, match
	}
}

// levenshtein is the edit distance in bytes with unit costs.
func levenshtein(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
