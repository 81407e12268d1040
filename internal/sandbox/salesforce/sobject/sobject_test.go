package sobject

import "testing"

func TestIDs(t *testing.T) {
	for id, want := range map[string]string{
		"00D5f000006Xq1Z": "00D5f000006Xq1ZEAS", "001000000000001": "001000000000001AAA", "0015AbCdEfGhIjK": "0015AbCdEfGhIjKQKV",
		"0015AbCdEfGhIjKQKV": "0015AbCdEfGhIjKQKV", "0015AbCdEfGhIjKqkv": "0015AbCdEfGhIjKQKV", "0015AbCdEfGhIjKQKA": "", "0015abCdEfGhIjKQKV": "",
		"": "", "00100000000000": "", "0010000000000011": "", "00100000000000é": "", "001000000000001AA!": "",
	} {
		got, ok := Canonical(id)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%s is %s %v, want %s", id, got, ok, want)
		}
	}
	if a, b := NewID("006", 1), NewID("006", 63); a != "006000000000001AAA" || b != "006000000000011AAA" {
		t.Error(a, b)
	}
	if got := Checked("short"); got != "short" {
		t.Error(got)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"Account": true, "Deal__c": true, "ns__Deal__c": true, "l_orderkey": true, "": false, "1st": false, "a b": false, "a__b__c__d__e": false, "_x": false, "x_": false,
	} {
		if got := ValidName(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
