package datum

import "math"

// pairs is the running sums of float8_regr_accum: of y, then x.
type pairs struct{ n, sx, sxx, sy, syy, sxy float64 }

func (p *pairs) add(y, x float64) error {
	old := *p
	p.n++
	p.sx += x
	p.sy += y
	if old.n == 0 {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			p.sxx, p.sxy = math.NaN(), math.NaN()
		}
		if math.IsNaN(y) || math.IsInf(y, 0) {
			p.syy, p.sxy = math.NaN(), math.NaN()
		}
		return nil
	}
	tx, ty := x*p.n-p.sx, y*p.n-p.sy
	scale := 1 / (p.n * old.n)
	p.sxx += tx * tx * scale
	p.syy += ty * ty * scale
	p.sxy += tx * ty * scale
	overflow := false
	for _, s := range []struct {
		sum    *float64
		finite bool
	}{
		{&p.sxx, !math.IsInf(old.sx, 0) && !math.IsInf(x, 0)},
		{&p.syy, !math.IsInf(old.sy, 0) && !math.IsInf(y, 0)},
		{&p.sxy, !math.IsInf(old.sx, 0) && !math.IsInf(x, 0) && !math.IsInf(old.sy, 0) && !math.IsInf(y, 0)},
	} {
		if math.IsInf(*s.sum, 0) {
			overflow = overflow || s.finite
			*s.sum = math.NaN()
		}
	}
	if overflow {
		return floatOverflow()
	}
	return nil
}

// statistics is corr, covar_… and regr_….
func statistics() aggregateFamily {
	const args = "(float8,float8)"
	f := aggregateFamily{"regr_count" + args: func(_ *Func, rows [][]Value, _ *Env) (Value, error) {
		n := 0
		for _, r := range rows {
			n += btoi(r[0] != nil && r[1] != nil)
		}
		return Int(n), nil
	}}
	for name, finish := range map[string]func(p *pairs) (float64, bool){
		"regr_sxx":   func(p *pairs) (float64, bool) { return p.sxx, true },
		"regr_syy":   func(p *pairs) (float64, bool) { return p.syy, true },
		"regr_sxy":   func(p *pairs) (float64, bool) { return p.sxy, true },
		"regr_avgx":  func(p *pairs) (float64, bool) { return p.sx / p.n, true },
		"regr_avgy":  func(p *pairs) (float64, bool) { return p.sy / p.n, true },
		"covar_pop":  func(p *pairs) (float64, bool) { return p.sxy / p.n, true },
		"covar_samp": func(p *pairs) (float64, bool) { return p.sxy / (p.n - 1), p.n > 1 },
		"corr": func(p *pairs) (float64, bool) {
			return p.sxy / math.Sqrt(p.sxx*p.syy), p.sxx != 0 && p.syy != 0
		},
		"regr_r2": func(p *pairs) (float64, bool) {
			if p.syy == 0 {
				return 1, p.sxx != 0
			}
			return p.sxy * p.sxy / (p.sxx * p.syy), p.sxx != 0
		},
		"regr_slope":     func(p *pairs) (float64, bool) { return p.sxy / p.sxx, p.sxx != 0 },
		"regr_intercept": func(p *pairs) (float64, bool) { return (p.sy - p.sx*p.sxy/p.sxx) / p.n, p.sxx != 0 },
	} {
		f[name+args] = func(_ *Func, rows [][]Value, _ *Env) (Value, error) {
			p, err := pairsOf(rows)
			if err != nil || p.n < 1 {
				return nil, err
			}
			if r, ok := finish(&p); ok {
				return Float(r), nil
			}
			return nil, nil
		}
	}
	return f
}

func pairsOf(rows [][]Value) (p pairs, err error) {
	for _, r := range rows {
		if r[0] == nil || r[1] == nil {
			continue
		}
		if err = p.add(float64(r[0].(Float)), float64(r[1].(Float))); err != nil {
			return p, err
		}
	}
	return p, nil
}
