package datum

import (
	"math"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// summing is sum, avg, variance and standard deviation.
func summing() aggregateFamily {
	f := aggregateFamily{
		"sum(int2)": sumInt, "sum(int4)": sumInt, "sum(int8)": sumExact, "sum(numeric)": sumExact,
		"avg(int2)": avgExact, "avg(int4)": avgExact, "avg(int8)": avgExact, "avg(numeric)": avgExact,
		"sum(float4)": sumFloat(32), "sum(float8)": sumFloat(64), "avg(float4)": avgFloat, "avg(float8)": avgFloat,
		"sum(interval)": sumInterval, "avg(interval)": avgInterval,
	}
	for name, d := range map[string]deviation{
		"var_pop": {}, "var_samp": {sample: true}, "variance": {sample: true},
		"stddev_pop": {root: true}, "stddev_samp": {root: true, sample: true}, "stddev": {root: true, sample: true},
	} {
		for _, t := range []string{"int2", "int4", "int8", "numeric"} {
			f[name+"("+t+")"] = d.exact
		}
		f[name+"(float4)"], f[name+"(float8)"] = d.float, d.float
	}
	return f
}

func asNumeric(v Value) *Numeric {
	if i, ok := v.(Int); ok {
		return NewNumeric(int64(i), 0)
	}
	n, _ := v.(*Numeric)
	return n
}

// exactSum is NULL (nil) of no value.
func exactSum(values []Value) (*Numeric, error) {
	var sum *Numeric
	var err error
	for i, v := range values {
		if i == 0 {
			sum = asNumeric(v)
			continue
		}
		if sum, err = NumericAdd(sum, asNumeric(v)); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

func sumInt(_ *Func, rows [][]Value, _ *Env) (Value, error) {
	s, err := exactSum(present(rows, 0))
	if err != nil || s == nil {
		return nil, err
	}
	return intOfNumeric(s, 64)
}

func sumExact(_ *Func, rows [][]Value, _ *Env) (Value, error) {
	s, err := exactSum(present(rows, 0))
	if err != nil || s == nil {
		return nil, err
	}
	return s, nil
}

func avgExact(_ *Func, rows [][]Value, _ *Env) (Value, error) {
	values := present(rows, 0)
	s, err := exactSum(values)
	if err != nil || s == nil {
		return nil, err
	}
	return wrap(NumericDiv(s, NewNumeric(int64(len(values)), 0)))
}

func sumFloat(bits int) aggregate {
	return func(_ *Func, rows [][]Value, _ *Env) (Value, error) {
		values := present(rows, 0)
		if len(values) == 0 {
			return nil, nil
		}
		sum := float64(values[0].(Float))
		for _, v := range values[1:] {
			x := float64(v.(Float))
			r := sum + x
			if bits == 32 {
				r = float64(float32(r))
			}
			if math.IsInf(r, 0) && !math.IsInf(sum, 0) && !math.IsInf(x, 0) {
				return nil, floatOverflow()
			}
			sum = r
		}
		return Float(sum), nil
	}
}

// moments is Youngs and Cramer's running sums, as float8_accum keeps them.
type moments struct{ n, sx, sxx float64 }

func (m *moments) add(x float64) error {
	old := *m
	m.n++
	m.sx += x
	if old.n == 0 {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			m.sxx = math.NaN()
		}
		return nil
	}
	t := x*m.n - m.sx
	m.sxx += t * t / (m.n * old.n)
	if math.IsInf(m.sx, 0) || math.IsInf(m.sxx, 0) {
		if !math.IsInf(old.sx, 0) && !math.IsInf(x, 0) {
			return floatOverflow()
		}
		m.sxx = math.NaN()
	}
	return nil
}

func momentsOf(values []Value) (m moments, err error) {
	for _, v := range values {
		if err = m.add(float64(v.(Float))); err != nil {
			return m, err
		}
	}
	return m, nil
}

func avgFloat(_ *Func, rows [][]Value, _ *Env) (Value, error) {
	m, err := momentsOf(present(rows, 0))
	if err != nil || m.n == 0 {
		return nil, err
	}
	return Float(m.sx / m.n), nil
}

// deviation is a variance, or its root, of a population or of a sample.
type deviation struct{ root, sample bool }

func (d deviation) float(_ *Func, rows [][]Value, _ *Env) (Value, error) {
	m, err := momentsOf(present(rows, 0))
	n := m.n
	if d.sample {
		n--
	}
	if err != nil || n <= 0 {
		return nil, err
	}
	v := m.sxx / n
	if d.root {
		v = math.Sqrt(v)
	}
	return Float(v), nil
}

// exact is numeric_stddev_internal: (N·Σx² - (Σx)²) / N² or / N·(N-1).
func (d deviation) exact(_ *Func, rows [][]Value, _ *Env) (Value, error) {
	values := present(rows, 0)
	n := int64(len(values))
	if n == 0 || d.sample && n == 1 {
		return nil, nil
	}
	squares := make([]Value, n)
	for i, v := range values {
		x := asNumeric(v)
		if !x.finite() {
			return NumericNaN(), nil
		}
		q, err := NumericMul(x, x)
		if err != nil {
			return nil, err
		}
		squares[i] = q
	}
	return d.finish(n, values, squares)
}

func (d deviation) finish(n int64, values, squares []Value) (Value, error) {
	sum, err := exactSum(values)
	if err != nil {
		return nil, err
	}
	squared, err := exactSum(squares)
	if err != nil {
		return nil, err
	}
	count := NewNumeric(n, 0)
	if sum, err = NumericMul(sum, sum); err != nil {
		return nil, err
	}
	if squared, err = NumericMul(count, squared); err != nil {
		return nil, err
	}
	difference, err := NumericSub(squared, sum)
	if err != nil {
		return nil, err
	}
	if difference.sign() <= 0 {
		return NewNumeric(0, 0), nil
	}
	divisor := NewNumeric(n*n, 0)
	if d.sample {
		divisor = NewNumeric(n*(n-1), 0)
	}
	r, err := NumericDiv(difference, divisor)
	if err != nil || !d.root {
		return wrap(r, err)
	}
	return wrap(sqrtAt(r, r.Scale()))
}

func sumInterval(_ *Func, rows [][]Value, _ *Env) (Value, error) {
	values := present(rows, 0)
	if len(values) == 0 {
		return nil, nil
	}
	var finite, infinite Interval
	var err error
	for _, v := range values {
		i := v.(Interval)
		switch {
		case !i.IsInfinite():
			finite, err = addIntervals(finite, i)
		case infinite.IsInfinite():
			infinite, err = addIntervals(infinite, i)
		default:
			infinite = i
		}
		if err != nil {
			return nil, err
		}
	}
	if infinite.IsInfinite() {
		return infinite, nil
	}
	return finite, nil
}

func avgInterval(f *Func, rows [][]Value, env *Env) (Value, error) {
	sum, err := sumInterval(f, rows, env)
	if err != nil || sum == nil {
		return nil, err
	}
	return wrap(divideInterval(sum.(Interval), float64(len(present(rows, 0)))))
}

// orderedSets is mode, percentile_cont and percentile_disc.
func orderedSets() aggregateFamily {
	return aggregateFamily{
		"mode(anyelement)":                    mode,
		"percentile_disc(float8,anyelement)":  percentile(discrete),
		"percentile_disc(_float8,anyelement)": percentile(discrete),
		"percentile_cont(float8,float8)":      percentile(continuous),
		"percentile_cont(_float8,float8)":     percentile(continuous),
		"percentile_cont(float8,interval)":    percentile(continuous),
		"percentile_cont(_float8,interval)":   percentile(continuous),
	}
}

// mode is the first of the most frequent values.
func mode(f *Func, rows [][]Value, _ *Env) (Value, error) {
	var best, last Value
	most, n := 0, 0
	for _, v := range present(rows, 0) {
		if last != nil && Compare(f.Args[0], last, v) == 0 {
			n++
		} else {
			last, n = v, 1
		}
		if n > most {
			best, most = last, n
		}
	}
	return best, nil
}

func percentile(at func(values []Value, p float64) (Value, error)) aggregate {
	return func(f *Func, rows [][]Value, _ *Env) (Value, error) {
		values := present(rows, 1)
		if len(rows) == 0 || rows[0][0] == nil {
			return nil, nil
		}
		list, many := rows[0][0].(*Array)
		if !many {
			return onePercentile(values, rows[0][0], at)
		}
		if len(values) == 0 {
			return nil, nil
		}
		out := &Array{Elem: f.Args[1], Dims: list.Dims, Items: make([]Value, len(list.Items))}
		for i, p := range list.Items {
			v, err := onePercentile(values, p, at)
			if err != nil {
				return nil, err
			}
			out.Items[i] = v
		}
		return out, nil
	}
}

func onePercentile(values []Value, fraction Value, at func([]Value, float64) (Value, error)) (Value, error) {
	if fraction == nil {
		return nil, nil
	}
	p := float64(fraction.(Float))
	if math.IsNaN(p) || p < 0 || p > 1 {
		return nil, pgerr.New(pgerr.NumericOutOfRange, "percentile value %s is not between 0 and 1", AppendFloat(nil, p, 64, -9))
	}
	if len(values) == 0 {
		return nil, nil
	}
	return at(values, p)
}

func discrete(values []Value, p float64) (Value, error) {
	return values[max(int(math.Ceil(p*float64(len(values))))-1, 0)], nil
}

func continuous(values []Value, p float64) (Value, error) {
	at := p * float64(len(values)-1)
	low, high := values[int(math.Floor(at))], values[int(math.Ceil(at))]
	part := at - math.Floor(at)
	if part == 0 {
		return low, nil
	}
	if x, ok := low.(Float); ok {
		return x + Float(part)*(high.(Float)-x), nil
	}
	d, err := subIntervals(high.(Interval), low.(Interval))
	if err != nil {
		return nil, err
	}
	step, err := scaleInterval(d.(Interval), part)
	if err != nil {
		return nil, err
	}
	return wrap(addIntervals(low.(Interval), step))
}
