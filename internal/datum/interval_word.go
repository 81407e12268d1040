package datum

// spanWords are the words of intervals, cut to maxToken letters.
var spanWords = map[string]word{
	"ago": {ago, 0}, "-infinity": {reserved, wordEarly}, "infinity": {reserved, wordLate}, "+infinity": {reserved, wordLate},
	"c": {unitName, unitCentury}, "cent": {unitName, unitCentury}, "centuries": {unitName, unitCentury}, "century": {unitName, unitCentury},
	"d": {unitName, unitDay}, "day": {unitName, unitDay}, "days": {unitName, unitDay},
	"dec": {unitName, unitDecade}, "decade": {unitName, unitDecade}, "decades": {unitName, unitDecade}, "decs": {unitName, unitDecade},
	"h": {unitName, unitHour}, "hour": {unitName, unitHour}, "hours": {unitName, unitHour}, "hr": {unitName, unitHour}, "hrs": {unitName, unitHour},
	"m": {unitName, unitMinute}, "min": {unitName, unitMinute}, "mins": {unitName, unitMinute}, "minute": {unitName, unitMinute},
	"minutes": {unitName, unitMinute}, "microsecon": {unitName, unitMicrosecond}, "millisecon": {unitName, unitMillisecond},
	"mil": {unitName, unitMillennium}, "millennia": {unitName, unitMillennium}, "millennium": {unitName, unitMillennium}, "mils": {unitName, unitMillennium},
	"mon": {unitName, unitMonth}, "mons": {unitName, unitMonth}, "month": {unitName, unitMonth}, "months": {unitName, unitMonth},
	"ms": {unitName, unitMillisecond}, "msec": {unitName, unitMillisecond}, "msecs": {unitName, unitMillisecond},
	"mseconds": {unitName, unitMillisecond}, "qtr": {unitName, unitOther}, "quarter": {unitName, unitOther},
	"s": {unitName, unitSecond}, "sec": {unitName, unitSecond}, "second": {unitName, unitSecond}, "seconds": {unitName, unitSecond},
	"secs": {unitName, unitSecond}, "us": {unitName, unitMicrosecond}, "usec": {unitName, unitMicrosecond},
	"usecond": {unitName, unitMicrosecond}, "useconds": {unitName, unitMicrosecond}, "usecs": {unitName, unitMicrosecond},
	"w": {unitName, unitWeek}, "week": {unitName, unitWeek}, "weeks": {unitName, unitWeek},
	"y": {unitName, unitYear}, "year": {unitName, unitYear}, "years": {unitName, unitYear}, "yr": {unitName, unitYear}, "yrs": {unitName, unitYear},
	"timezone": {unitName, unitOther}, "timezone_h": {unitName, unitOther}, "timezone_m": {unitName, unitOther},
}
