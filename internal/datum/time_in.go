package datum

import (
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// decodeTime reads a time of day.
func decodeTime(text, typ string, env *Env) (*decoder, error) {
	return (&decoder{env: env, timeOnly: true}).decode(text, typ, (*decoder).finishTime)
}

// finishTime checks a time of day and finds its offset: on the date given, else today.
func (d *decoder) finishTime() fault {
	if f := d.validate(); f != noFault {
		return f
	}
	if d.clockOverflows() {
		return fieldRange
	}
	if d.seen&hasTimeAll != hasTimeAll {
		return badFormat
	}
	if d.seen&hasZone != 0 && d.zone == nil {
		return noFault
	}
	if d.seen&hasDST != 0 {
		return badFormat
	}
	c := d.tm
	if d.seen&hasDateAll != hasDateAll {
		if d.zone != nil && d.abbrev == "" {
			offset, fixed := fixedOffset(d.zone)
			d.offset = offset
			if fixed {
				return noFault
			}
			return badFormat
		}
		today, _ := d.env.localNow()
		c.year, c.month, c.day = today.year, today.month, today.day
	}
	d.offset = d.offsetOf(&c)
	return noFault
}

// fixedOffset returns the offset of a zone that never had another one.
func fixedOffset(zone *time.Location) (int, bool) {
	at := time.Unix(0, 0).In(zone)
	_, offset := at.Zone()
	start, end := at.ZoneBounds()
	return offset, start.IsZero() && end.IsZero()
}

func dateIn(text string, env *Env) (Value, error) {
	d, err := decodeDateTime(text, "date", env)
	if err != nil {
		return nil, err
	}
	switch d.special {
	case wordEpoch:
		return Date(0), nil
	case wordLate:
		return MaxDate, nil
	case wordEarly:
		return MinDate, nil
	}
	if !isJulian(d.tm.year, d.tm.month) || Date(d.tm.days()) < firstDay || Date(d.tm.days()) > lastDay {
		return nil, pgerr.New(pgerr.DatetimeOverflow, "date out of range: \"%s\"", text)
	}
	return Date(d.tm.days()), nil
}

func timestampIn(text string, mod int32, env *Env) (Value, error) {
	return timestampOf(text, "timestamp", mod, env)
}

func timestamptzIn(text string, mod int32, env *Env) (Value, error) {
	return timestampOf(text, "timestamp with time zone", mod, env)
}

func timestampOf(text, typ string, mod int32, env *Env) (Value, error) {
	d, err := decodeDateTime(text, typ, env)
	if err != nil {
		return nil, err
	}
	switch d.special {
	case wordEpoch:
		return Timestamp(0), nil
	case wordLate:
		return MaxTimestamp, nil
	case wordEarly:
		return MinTimestamp, nil
	}
	offset := d.offset
	if typ == "timestamp" {
		offset = 0
	}
	t, ok := d.tm.timestamp(offset)
	if !ok {
		return nil, pgerr.New(pgerr.DatetimeOverflow, "timestamp out of range: \"%s\"", text)
	}
	return RoundTimestamp(t, mod), nil
}

// RoundTimestamp rounds to the number of digits after the second that a type modifier names.
func RoundTimestamp(t Timestamp, mod int32) Timestamp {
	if t == MaxTimestamp || t == MinTimestamp {
		return t
	}
	return Timestamp(roundMicros(int64(t), mod))
}

// roundMicros rounds half away from zero, as PostgreSQL does from its own epoch of 2000.
func roundMicros(usec int64, mod int32) int64 {
	if mod < 0 || mod >= 6 {
		return usec
	}
	const epoch = 946684800 * usecPerSecond
	if usec < -1<<63+epoch {
		return usec
	}
	return roundHalfAway(usec-epoch, mod) + epoch
}

func roundHalfAway(usec int64, digits int32) int64 {
	unit := int64(1)
	for range 6 - digits {
		unit *= 10
	}
	if usec >= 0 {
		return (usec + unit/2) / unit * unit
	}
	return -((-usec + unit/2) / unit * unit)
}

func timeIn(text string, mod int32, env *Env) (Value, error) {
	d, err := decodeTime(text, "time", env)
	if err != nil {
		return nil, err
	}
	return RoundTime(Time(d.tm.clock()), mod), nil
}

func timetzIn(text string, mod int32, env *Env) (Value, error) {
	d, err := decodeTime(text, "time with time zone", env)
	if err != nil {
		return nil, err
	}
	return TimeTZ{RoundTime(Time(d.tm.clock()), mod), int32(d.offset)}, nil
}

// RoundTime rounds to the number of digits after the second that a type modifier names.
func RoundTime(t Time, mod int32) Time {
	if mod < 0 || mod >= 6 {
		return t
	}
	return Time(roundHalfAway(int64(t), mod))
}
