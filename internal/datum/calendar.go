package datum

// civil is a date and a time of day in the proleptic Gregorian calendar; year 0 is 1 BC.
type civil struct {
	year, month, day     int
	hour, min, sec, usec int
}

const (
	usecPerSecond = 1000000
	usecPerMinute = 60 * usecPerSecond
	usecPerHour   = 60 * usecPerMinute
	usecPerDay    = 24 * usecPerHour
	unixEpochJD   = 2440588 // Julian day of 1970-01-01
)

// The limits of PostgreSQL's dates and timestamps.
const (
	firstDay       = -unixEpochJD                   // 4714-11-24 BC
	lastDay        = Date(2147483493 - unixEpochJD) // 5874897-12-31
	firstTimestamp = Timestamp(-211813488000000000 + 946684800000000)
)

// toJulian returns the Julian day of a date (Fliegel and Van Flandern's method with PostgreSQL's range).
func toJulian(y, m, d int) int {
	if m > 2 {
		m++
		y += 4800
	} else {
		m += 13
		y += 4799
	}
	century := y / 100
	julian := y*365 - 32167
	julian += y/4 - century + century/4
	return julian + 7834*m/256 + d
}

// fromJulian returns the date of a Julian day that is not negative.
func fromJulian(jd int) (y, m, d int) {
	julian := uint32(jd) + 32044
	quad := julian / 146097
	extra := (julian-quad*146097)*4 + 3
	julian += 60 + quad*3 + extra/146097
	quad = julian / 1461
	julian -= quad * 1461
	y = int(julian * 4 / 1461)
	if y != 0 {
		julian = (julian+305)%365 + 123
	} else {
		julian = (julian+306)%366 + 123
	}
	y += int(quad * 4)
	quad = julian * 2141 / 65536
	return y - 4800, int((quad+10)%12) + 1, int(julian - 7834*quad/256)
}

// isJulian reports whether a date is one that toJulian takes.
func isJulian(y, m int) bool {
	return (y > -4713 || y == -4713 && m >= 11) && (y < 5874898 || y == 5874898 && m < 6)
}

func isLeap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func daysInMonth(y, m int) int {
	if m == 2 && isLeap(y) {
		return 29
	}
	return [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
}

// days returns days since 1970-01-01.
func (c *civil) days() int { return toJulian(c.year, c.month, c.day) - unixEpochJD }

func (c *civil) setDays(days int) {
	c.year, c.month, c.day = fromJulian(days + unixEpochJD)
}

// clock returns microseconds since midnight.
func (c *civil) clock() int64 {
	return (int64(c.hour*60+c.min)*60+int64(c.sec))*usecPerSecond + int64(c.usec)
}

func (c *civil) setClock(usec int64) {
	c.usec = int(usec % usecPerSecond)
	s := int(usec / usecPerSecond)
	c.hour, c.min, c.sec = s/3600, s/60%60, s%60
}

// seconds returns seconds since 1970-01-01 00:00 as if in UTC.
func (c *civil) seconds() int64 {
	return int64(c.days())*86400 + c.clock()/usecPerSecond
}

// civilOf splits a finite timestamp without a zone.
func civilOf(t Timestamp) civil {
	var c civil
	days, rest := int64(t)/usecPerDay, int64(t)%usecPerDay
	if rest < 0 {
		days--
		rest += usecPerDay
	}
	c.setDays(int(days))
	c.setClock(rest)
	return c
}

// timestamp joins date and time, minus an offset in seconds east of UTC; false when it is out of range.
func (c *civil) timestamp(offset int) (Timestamp, bool) {
	if !isJulian(c.year, c.month) {
		return 0, false
	}
	days := int64(c.days())
	if days > 1<<63/usecPerDay-1 || days < -1<<62/usecPerDay {
		return 0, false
	}
	t := days*usecPerDay + c.clock()
	if t < 0 && days > 0 {
		return 0, false
	}
	t -= int64(offset) * usecPerSecond
	if t < 0 && days > 1 {
		return 0, false
	}
	return Timestamp(t), Timestamp(t) >= firstTimestamp && Timestamp(t) != MaxTimestamp
}
