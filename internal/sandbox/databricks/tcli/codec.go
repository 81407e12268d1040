// Package tcli holds the messages of TCLIService, by which clients speak to Databricks SQL warehouses, and their form in Thrift's
// binary protocol. Field numbers are those of the vendor's Go driver (github.com/databricks/databricks-sql-go); fields that the emulator
// neither reads nor writes are left out and passed over.
package tcli

import (
	"context"
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/apache/thrift/lib/go/thrift"
)

// Call is a request as it came: the method's name and a reader at its arguments.
type Call struct {
	Method string
	seq    int32
	in     thrift.TProtocol
}

// errShape is a value of another type than the message has.
var errShape = errors.New("the message has another shape than the method's")

// maxMessage bounds one message in bytes.
const maxMessage = 64 << 20

func protocol(b *thrift.TMemoryBuffer) thrift.TProtocol {
	return thrift.NewTBinaryProtocolConf(b, &thrift.TConfiguration{MaxMessageSize: maxMessage, MaxFrameSize: maxMessage})
}

// Read begins to read a request. It fails where the bytes are no call in the binary protocol.
func Read(body []byte) (*Call, error) {
	buffer := thrift.NewTMemoryBufferLen(len(body))
	buffer.Write(body)
	in := protocol(buffer)
	name, kind, seq, err := in.ReadMessageBegin(context.Background())
	if err != nil {
		return nil, err
	}
	if kind != thrift.CALL && kind != thrift.ONEWAY {
		return nil, errShape
	}
	return &Call{Method: name, seq: seq, in: in}, nil
}

// Arguments reads the method's request into a struct of this package.
func (c *Call) Arguments(into any) error {
	args := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Req", Type: reflect.TypeOf(into), Tag: `t:"1"`}})).Elem()
	args.Field(0).Set(reflect.ValueOf(into))
	return read(c.in, args)
}

// Reply is the answer to a call: the bytes of a struct of this package as the method's result.
func (c *Call) Reply(result any) ([]byte, error) {
	out := thrift.NewTMemoryBufferLen(1024)
	p := protocol(out)
	ctx := context.Background()
	if err := p.WriteMessageBegin(ctx, c.Method, thrift.REPLY, c.seq); err != nil {
		return nil, err
	}
	if err := p.WriteFieldBegin(ctx, "success", thrift.STRUCT, 0); err != nil {
		return nil, err
	}
	if err := write(p, reflect.ValueOf(result)); err != nil {
		return nil, err
	}
	if err := errors.Join(p.WriteFieldStop(ctx), p.WriteMessageEnd(ctx), p.Flush(ctx)); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Refuse is the answer to a call that the service does not know.
func (c *Call) Refuse(why string) []byte {
	out := thrift.NewTMemoryBufferLen(128)
	p := protocol(out)
	ctx := context.Background()
	// Writing to memory does not fail.
	_ = p.WriteMessageBegin(ctx, c.Method, thrift.EXCEPTION, c.seq)
	_ = thrift.NewTApplicationException(thrift.UNKNOWN_METHOD, why).Write(ctx, p)
	_ = p.WriteMessageEnd(ctx)
	_ = p.Flush(ctx)
	return out.Bytes()
}

// number is a field's number, from its tag `t:"7"`; with ",required" an empty list is written too.
func number(f reflect.StructField) (id int16, required bool) {
	text, rest, _ := strings.Cut(f.Tag.Get("t"), ",")
	n, _ := strconv.ParseInt(text, 10, 16)
	return int16(n), rest == "required"
}

// wireType is the type by which a Go type travels.
func wireType(t reflect.Type) thrift.TType {
	switch t.Kind() {
	case reflect.Pointer:
		return wireType(t.Elem())
	case reflect.Bool:
		return thrift.BOOL
	case reflect.Int16:
		return thrift.I16
	case reflect.Int32:
		return thrift.I32
	case reflect.Int64:
		return thrift.I64
	case reflect.Float64:
		return thrift.DOUBLE
	case reflect.String:
		return thrift.STRING
	case reflect.Map:
		return thrift.MAP
	case reflect.Struct:
		return thrift.STRUCT
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return thrift.STRING
		}
		return thrift.LIST
	}
	return thrift.STOP
}
