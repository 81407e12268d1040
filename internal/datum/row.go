package datum

// RowText is PostgreSQL's text of a row value: the texts of its fields, quoted where they need it, nothing for NULL.
func RowText(types []uint32, values []Value, env *Env) Text {
	b := []byte{'('}
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		if v != nil {
			start := len(b)
			b = QuoteRecordField(AppendText(b, types[i], v, env), start)
		}
	}
	return Text(append(b, ')'))
}

// RowJSON is the JSON object that row_to_json makes of a row. A field that is a row or an array of rows holds their JSON.
// It fails with 54000 when the object grows too large.
func RowJSON(names []string, types []uint32, values []Value, env *Env) (Value, error) {
	b := []byte{'{'}
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(AppendJSONString(b, names[i]), ':')
		var err error
		if b, err = appendToJSON(b, types[i], v, env); err != nil {
			return nil, err
		}
	}
	if len(b) > maxResult {
		return nil, errTooLarge()
	}
	return Text(append(b, '}')), nil
}

// rowFromJSON is row_to_json(record): the binder passes rows to functions of JSON as their JSON.
func rowFromJSON() family {
	return family{"row_to_json(record)": identity}
}
