package datum

import "math"

// The functions over degrees are exact at multiples of 30 and 45 degrees, as PostgreSQL's are.

func sinQuadrant(x float64) float64 {
	if x <= 30 {
		return sinSmall(x)
	}
	return cosSmall(90 - x)
}

func cosQuadrant(x float64) float64 {
	if x <= 60 {
		return cosSmall(x)
	}
	return sinSmall(90 - x)
}

func sinSmall(x float64) float64 {
	return math.Sin(x*radiansPerDegree) / math.Sin(30*radiansPerDegree) / 2
}

func cosSmall(x float64) float64 {
	return 1 - (1-math.Cos(x*radiansPerDegree))/(1-math.Cos(60*radiansPerDegree))/2
}

// foldHalf brings an angle into the first two quadrants and returns the sign of its sine.
func foldHalf(x float64) (float64, float64) {
	x, sign := math.Mod(x, 360), 1.0
	if x < 0 {
		x, sign = -x, -sign
	}
	if x > 180 {
		x, sign = 360-x, -sign
	}
	return x, sign
}

func sinDegrees(x float64) float64 {
	x, sign := foldHalf(x)
	if x > 90 {
		x = 180 - x
	}
	return sign * sinQuadrant(x)
}

func cosDegrees(x float64) float64 {
	x, sign := math.Abs(math.Mod(x, 360)), 1.0
	if x > 180 {
		x = 360 - x
	}
	if x > 90 {
		x, sign = 180-x, -sign
	}
	return sign * cosQuadrant(x)
}

// foldTangent brings an angle into the first quadrant and returns the sign of its tangent.
func foldTangent(x float64) (float64, float64) {
	x, sign := foldHalf(x)
	if x > 90 {
		x, sign = 180-x, -sign
	}
	return x, sign
}

func tanDegrees(x float64) float64 {
	x, sign := foldTangent(x)
	r := sign * (sinQuadrant(x) / cosQuadrant(x) / (sinQuadrant(45) / cosQuadrant(45)))
	return r + 0 // never -0
}

func cotDegrees(x float64) float64 {
	x, sign := foldTangent(x)
	return sign*(cosQuadrant(x)/sinQuadrant(x)/(cosQuadrant(45)/sinQuadrant(45))) + 0
}

func asinQuadrant(x float64) float64 {
	if x <= 0.5 {
		return math.Asin(x) / math.Asin(0.5) * 30
	}
	return 90 - math.Acos(x)/math.Acos(0.5)*60
}

func asinDegrees(x float64) float64 {
	if x >= 0 {
		return asinQuadrant(x)
	}
	return -asinQuadrant(-x)
}

func acosQuadrant(x float64) float64 {
	if x <= 0.5 {
		return 90 - math.Asin(x)/math.Asin(0.5)*30
	}
	return math.Acos(x) / math.Acos(0.5) * 60
}

func acosDegrees(x float64) float64 {
	if x >= 0 {
		return acosQuadrant(x)
	}
	return 90 + asinQuadrant(-x)
}

func atanDegrees(x float64) float64 { return math.Atan(x) / math.Atan(1) * 45 }

func atan2Degrees(y, x float64) float64 { return math.Atan2(y, x) / math.Atan(1) * 45 }
