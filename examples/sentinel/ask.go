package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
)

// state is what -resume keeps: the query, and what is left of its window.
type state struct {
	KQL  string           `json:"kql"`
	Rest querytime.Window `json:"rest"`
	Done bool             `json:"done"`
}

// ask runs a query and prints its rows. What is kept by -resume is written
// after the rows of a window were.
func (p *program) ask(ctx context.Context, name string) error {
	q, err := sentinel.LookupQuery(name)
	if err != nil {
		return fmt.Errorf("%w: -list prints their names", err)
	}
	params := p.params
	if q.Tables[0] == "{table}" && params.Table == "" {
		params.Table = usualTable(name)
	}
	kql, err := q.Render(params)
	if err != nil {
		return err
	}
	st, err := p.load(kql)
	if err != nil {
		return err
	}
	if st.Done {
		fmt.Fprintln(p.stderr, "sentinel: all rows were printed before; remove the file of -resume to ask again")
		return nil
	}
	params.Window = st.Rest
	ws, err := p.open()
	if err != nil {
		return err
	}
	missing := 0
	var buf []byte
	for b, err := range ws.Batches(ctx, name, params) {
		var gap *sentinel.GapError
		if errors.As(err, &gap) && ctx.Err() == nil && p.resume == "" {
			fmt.Fprintln(p.stderr, "sentinel:", visible(err.Error()))
			missing++
			continue
		}
		if err != nil {
			return err
		}
		for row := range b.Rows() {
			if buf, err = row.AppendObject(buf[:0]); err != nil {
				return err
			}
			if _, err := p.stdout.Write(append(buf, '\n')); err != nil {
				return err
			}
		}
		st.Rest.Start = b.Window.End
		if err := p.save(st); err != nil {
			return err
		}
	}
	st.Done = true
	if p.cost {
		c, err := json.Marshal(ws.Cost())
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stderr, "cost: %s\n", c)
	}
	if missing > 0 {
		return fmt.Errorf("the rows of %d windows are missing", missing)
	}
	return p.save(st)
}

func (p *program) open() (*sentinel.Workspace, error) {
	o := sentinel.Options{}
	if p.resume != "" {
		o.Progress = func(at sentinel.Progress) {
			fmt.Fprintf(p.stderr, "%s: %d of %d rows, up to %v\n", at.Query, at.Rows, at.Of, at.Done.End)
		}
	}
	if p.connect != nil {
		return p.connect(o)
	}
	if terminal(p.stderr) || p.config.Credential != "" {
		p.config.Prompt = p.stderr
	}
	return p.config.Connect(o)
}

func terminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// load returns what is left to do.
func (p *program) load(kql string) (state, error) {
	fresh := state{KQL: kql, Rest: p.params.Window}
	if p.resume == "" {
		return fresh, nil
	}
	b, err := os.ReadFile(p.resume)
	if errors.Is(err, os.ErrNotExist) {
		return fresh, nil
	}
	if err != nil {
		return fresh, fmt.Errorf("-resume: %w", err)
	}
	var old state
	if err := json.Unmarshal(b, &old); err != nil {
		return fresh, fmt.Errorf("-resume %s: %w", p.resume, err)
	}
	if old.KQL != kql {
		return fresh, usageError{fmt.Errorf("-resume %s: is of another query or window: give the same flags, with a fixed -window", p.resume)}
	}
	return old, nil
}

// save writes how far the query is, after the rows.
func (p *program) save(st state) error {
	if p.resume == "" {
		return nil
	}
	if err := p.stdout.Flush(); err != nil {
		return err
	}
	b, err := json.Marshal(st)
	if err != nil {
		return err
	}
	tmp := p.resume + ".part"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("-resume: %w", err)
	}
	if err := os.Rename(tmp, p.resume); err != nil {
		return fmt.Errorf("-resume: %w", err)
	}
	return nil
}
