package datum

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// word reads a key word, an abbreviation or the name of a zone.
func (d *decoder) word(t string) (int, fault) {
	if a, ok := abbreviation(t); ok {
		return d.zoneWord(t, a)
	}
	w := dateWords[shorten(t)]
	switch w.class {
	case ignored:
		return 0, noFault
	case reserved:
		return d.reserved(w.value)
	case monthName:
		if d.timeOnly {
			return 0, badFormat
		}
		return d.month(w.value), noFault
	case dstModifier:
		d.dst = w.value
		d.offset += w.value
		return hasDST, noFault
	case meridiem:
		d.meridiem = w.value + 1
		return hasMeridiem, noFault
	case era:
		d.bc = w.value == 1
		return hasEra, noFault
	case dayName:
		if d.timeOnly {
			return 0, badFormat
		}
		return hasDayName, noFault
	case unitName, isoTime:
		if d.pending != 0 || w.class == isoTime && !d.timeOnly && d.seen&hasDateAll != hasDateAll {
			return 0, badFormat
		}
		d.pending = w.value
		return 0, noFault
	}
	zone, _, ok := LoadZone(t)
	if !ok {
		return 0, badFormat
	}
	d.zone = zone
	return hasZone, noFault
}

func (d *decoder) zoneWord(t string, a pgcat.TimezoneAbbreviation) (int, fault) {
	if a.Zone != "" {
		zone, _, ok := LoadZone(a.Zone)
		if !ok {
			d.badZone = a.Zone
			return 0, unknownZone
		}
		d.zone, d.abbrev = zone, strings.ToUpper(t)
		return hasZone, noFault
	}
	d.offset = int(a.Offset)
	return hasZone, noFault
}

// month takes a named month; a number that was taken for the month before is then the day.
func (d *decoder) month(m int) int {
	mask := hasMonth
	if d.seen&hasMonth != 0 && !d.textMonth && d.seen&hasDay == 0 && d.tm.month >= 1 && d.tm.month <= 31 {
		d.tm.day = d.tm.month
		mask = hasDay
	}
	d.textMonth = true
	d.tm.month = m
	return mask
}

func (d *decoder) reserved(value int) (int, fault) {
	now, offset := d.env.localNow()
	shift := 0
	switch value {
	case wordZulu:
		d.tm.setClock(0)
		d.offset = 0
		return hasTimeZone, noFault
	case wordNow:
		if d.timeOnly {
			d.tm.setClock(now.clock())
			return hasTimeAll, noFault
		}
		d.tm, d.offset = now, offset
		return hasDateAll | hasTimeZone, noFault
	case wordTomorrow:
		shift = 1
	case wordYesterday:
		shift = -1
	case wordToday:
	default:
		d.special = value
		if d.timeOnly {
			return 0, badFormat
		}
		return hasDateAll | hasTimeZone, noFault
	}
	if d.timeOnly {
		return 0, badFormat
	}
	d.tm.setDays(now.days() + shift)
	return hasDateAll, noFault
}
