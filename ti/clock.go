package ti

import (
	"context"
	"time"
)

// Clock tells the time and waits. Tests have their own.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or earlier with the error of ctx.
	Sleep(ctx context.Context, d time.Duration) error
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
