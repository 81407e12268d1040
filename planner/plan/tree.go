package plan

// Cols returns the scanned columns.
func (n *Scan) Cols() []Col { return n.Out }

// Inputs returns nil.
func (n *Scan) Inputs() []Node { return nil }

// WithInputs returns n.
func (n *Scan) WithInputs([]Node) Node { return n }

// Cols returns the row's columns.
func (n *Values) Cols() []Col { return n.Out }

// Inputs returns nil.
func (n *Values) Inputs() []Node { return nil }

// WithInputs returns n.
func (n *Values) WithInputs([]Node) Node { return n }

// Cols returns the functions' columns.
func (n *FuncScan) Cols() []Col { return n.Out }

// Inputs returns nil.
func (n *FuncScan) Inputs() []Node { return nil }

// WithInputs returns n.
func (n *FuncScan) WithInputs([]Node) Node { return n }

// Cols returns the input's columns.
func (n *Filter) Cols() []Col { return n.Input.Cols() }

// Inputs returns the input.
func (n *Filter) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy over another input.
func (n *Filter) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// Cols returns the computed columns.
func (n *Project) Cols() []Col { return n.Out }

// Inputs returns the input.
func (n *Project) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy over another input.
func (n *Project) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// Cols returns the computed columns.
func (n *ProjectSet) Cols() []Col { return n.Out }

// Inputs returns the input.
func (n *ProjectSet) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy over another input.
func (n *ProjectSet) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// Cols returns the columns of both sides, or of the left alone for Semi and Anti.
func (n *Join) Cols() []Col {
	if n.Kind == Semi || n.Kind == Anti {
		return n.Left.Cols()
	}
	return appendCols(appendCols(nil, n.Left), n.Right)
}

// appendCols appends a node's columns; a chain of joins is gone through once.
func appendCols(out []Col, n Node) []Col {
	switch n := n.(type) {
	case *Join:
		out = appendCols(out, n.Left)
		if n.Kind != Semi && n.Kind != Anti {
			out = appendCols(out, n.Right)
		}
		return out
	case *Filter:
		return appendCols(out, n.Input)
	}
	return append(out, n.Cols()...)
}

// Inputs returns both sides.
func (n *Join) Inputs() []Node { return []Node{n.Left, n.Right} }

// WithInputs returns a copy over other inputs.
func (n *Join) WithInputs(in []Node) Node { c := *n; c.Left, c.Right = in[0], in[1]; return &c }

// Cols returns the groups, then the aggregates.
func (n *Aggregate) Cols() []Col { return n.Out }

// Inputs returns the input.
func (n *Aggregate) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy over another input.
func (n *Aggregate) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// Cols returns the input's columns, then the window functions'.
func (n *Window) Cols() []Col { return append(append([]Col(nil), n.Input.Cols()...), n.Out...) }

// Inputs returns the input.
func (n *Window) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy over another input.
func (n *Window) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// Cols returns the input's columns.
func (n *Sort) Cols() []Col { return n.Input.Cols() }

// Inputs returns the input.
func (n *Sort) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy over another input.
func (n *Sort) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// Cols returns the input's columns.
func (n *Limit) Cols() []Col { return n.Input.Cols() }

// Inputs returns the input.
func (n *Limit) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy over another input.
func (n *Limit) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// Cols returns the result's columns.
func (n *SetOp) Cols() []Col { return n.Out }

// Inputs returns both sides.
func (n *SetOp) Inputs() []Node { return []Node{n.Left, n.Right} }

// WithInputs returns a copy over other inputs.
func (n *SetOp) WithInputs(in []Node) Node { c := *n; c.Left, c.Right = in[0], in[1]; return &c }

// Cols returns the input's columns.
func (n *Unique) Cols() []Col { return n.Input.Cols() }

// Inputs returns the input.
func (n *Unique) Inputs() []Node { return []Node{n.Input} }

// WithInputs returns a copy over another input.
func (n *Unique) WithInputs(in []Node) Node { c := *n; c.Input = in[0]; return &c }

// Cols returns the body's columns.
func (n *With) Cols() []Col { return n.Body.Cols() }

// Inputs returns the common table expressions' plans, then the body.
func (n *With) Inputs() []Node {
	in := make([]Node, 0, len(n.CTEs)+1)
	for _, c := range n.CTEs {
		in = append(in, c.Plan)
	}
	return append(in, n.Body)
}

// WithInputs returns a copy over other inputs.
func (n *With) WithInputs(in []Node) Node {
	c := *n
	c.CTEs = append([]CTE(nil), n.CTEs...)
	for i := range c.CTEs {
		c.CTEs[i].Plan = in[i]
	}
	c.Body = in[len(in)-1]
	return &c
}

// Cols returns the reference's own columns.
func (n *CTERef) Cols() []Col { return n.Out }

// Inputs returns nil.
func (n *CTERef) Inputs() []Node { return nil }

// WithInputs returns n.
func (n *CTERef) WithInputs([]Node) Node { return n }

// Cols returns the fragment's columns.
func (n *Remote) Cols() []Col { return n.Plan.Cols() }

// Inputs returns nil: what a source answers is not the remainder's business.
func (n *Remote) Inputs() []Node { return nil }

// WithInputs returns n.
func (n *Remote) WithInputs([]Node) Node { return n }
