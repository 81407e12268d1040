package datum

// families lists the tables of implementations, one file each.
func families() []family {
	return []family{
		integerArithmetic(), comparison(), numberCasts(), stringCasts(), floatArithmetic(), floatMath(), numericFunctions(),
		textBasics(), textEdits(), byteaFunctions(), encodings(), likes(), regexps(), formats(),
		intervals(), datetimes(), datetimeCasts(), timezones(), parts(), truncations(), dateFormats(), numberFormats(),
		jsons(), jsonEdits(), jsonBuilders(), rowFromJSON(), arrays(), catalogs(), parsedNumbers(), bitStrings(),
		sessionFunctions(),
	}
}
