package source

// InRegion returns a source whose capabilities name a region.
func InRegion(s Source, region string) Source {
	if region == "" {
		return s
	}
	return located{s, region}
}

type located struct {
	Source
	region string
}

// Capabilities are the source's own, with the region.
func (l located) Capabilities() Capabilities {
	c := l.Source.Capabilities()
	c.Region = l.region
	return c
}
