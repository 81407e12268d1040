package source

import "context"

type requestKey struct{}

// WithRequestID returns a context that carries our id of a request, which a connector sends along where the system's
// protocol has a place for it. It identifies no person.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestID returns the id given to WithRequestID, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}
