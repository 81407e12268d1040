package pgerr

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Contained runs f and returns its error, or XX000 when it panics: what one statement does ends that statement alone. The
// cause has the stack for the server's log; of a value that is no runtime error it names the type only, since it may hold
// what came from a source.
func Contained(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Panicked(p)
		}
	}()
	return f()
}

// Panicked is the error of a recovered panic, as Contained returns it.
func Panicked(p any) *Error {
	what := fmt.Sprintf("%T", p)
	if e, ok := p.(runtime.Error); ok {
		what = e.Error()
	}
	return New(Internal, "internal error").WithHint("the server's log has the details").
		Because(fmt.Errorf("panic: %s\n%s", what, debug.Stack()))
}
