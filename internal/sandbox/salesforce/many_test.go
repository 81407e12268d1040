package salesforce_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce"
)

// TestManyAtOnce reads pages and jobs as several people at once: nobody's rows may mix, nothing may fail.
func TestManyAtOnce(t *testing.T) {
	r := start(t, func(c *salesforce.Config) { c.Policy = nil })
	var wait sync.WaitGroup
	for n := range 8 {
		person := fmt.Sprintf("p%d", n%4)
		wait.Go(func() {
			for k := range 3 {
				region, want := "EMEA", 2500
				if (n+k)%2 == 0 {
					region = "APAC"
				}
				if n == 7 {
					if _, state := r.job(person, "SELECT Id FROM Account WHERE Region__c = '"+region+"'"); state != "JobComplete" {
						t.Errorf("%s: a job is %s", person, state)
					}
					continue
				}
				got := r.all(person, "SELECT Region__c FROM Account WHERE Region__c = '"+region+"'", "Region__c", "Sforce-Query-Options", "batchSize=700")
				for _, g := range got {
					if g != region {
						t.Errorf("%s sees %s among %s", person, g, region)
					}
				}
				if len(got) != want {
					t.Errorf("%s sees %d of %s", person, len(got), region)
				}
			}
		})
	}
	wait.Wait()
	for _, e := range r.s.History("") {
		if e.Cause != "" || e.Status != "SUCCESS" {
			t.Errorf("%+v", e)
		}
	}
}
