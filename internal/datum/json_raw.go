package datum

// rawMember is an element of a JSON text as it is written: key is the quoted key of an object's member.
type rawMember struct{ key, value string }

// rawMembers splits a valid JSON object or array; kind is its first byte, whatever it is.
func rawMembers(s string) (kind byte, out []rawMember) {
	s = trimSpace(s)
	if s == "" || s[0] != '{' && s[0] != '[' {
		return firstByte(s), nil
	}
	kind = s[0]
	for i := skipSpace(s, 1); i < len(s) && s[i] != '}' && s[i] != ']'; {
		var m rawMember
		if kind == '{' {
			end := rawEnd(s, i)
			m.key = s[i:end]
			i = skipSpace(s, skipSpace(s, end)+1)
		}
		end := rawEnd(s, i)
		m.value = s[i:end]
		out = append(out, m)
		i = skipSpace(s, end)
		if i < len(s) && s[i] == ',' {
			i = skipSpace(s, i+1)
		}
	}
	return kind, out
}

func firstByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

func skipSpace(s string, i int) int {
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return i
}

// rawEnd is where the value that begins at i ends.
func rawEnd(s string, i int) int {
	depth := 0
	for i < len(s) {
		switch s[i] {
		case '"':
			for i++; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
			i++
			if depth == 0 {
				return min(i, len(s))
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return i + btoi(depth == 0)
			}
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return len(s)
}

// rawText is a JSON value as ->> returns it: strings decoded, null as NULL.
func rawText(s string) (Value, error) {
	switch {
	case s == "null":
		return nil, nil
	case s != "" && s[0] == '"':
		j, err := ParseJSON(s)
		return Text(j.Text), err
	}
	return Text(s), nil
}

func rawKey(s string) string {
	j, err := ParseJSON(s)
	if err != nil {
		return ""
	}
	return j.Text
}

// rawStep goes from a JSON text to a member by key or index.
func rawStep(s, step string) (string, bool) {
	kind, members := rawMembers(s)
	if kind == '[' {
		i, ok := pathIndex(step)
		if ok && i < 0 {
			i += len(members)
		}
		if !ok || i < 0 || i >= len(members) {
			return "", false
		}
		return members[i].value, true
	}
	for i := len(members) - 1; i >= 0; i-- {
		if kind == '{' && rawKey(members[i].key) == step {
			return members[i].value, true
		}
	}
	return "", false
}

// pathIndex reads an array index of a path.
func pathIndex(s string) (int, bool) {
	n, status := parseInteger(trimLeft(s), 32)
	if status != intOK {
		return 0, false
	}
	return int(n), true
}
