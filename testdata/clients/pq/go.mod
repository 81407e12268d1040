module github.com/waggle-sql/waggle/testdata/clients/pq

go 1.26.0

require github.com/lib/pq v1.12.3
