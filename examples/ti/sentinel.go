package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tuxtrail/tuxtrail/internal/msticpyconfig"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/ti"
)

// openWorkspace returns a workspace, asked with Azure's default credential: the
// environment's, the machine's or that of the az command.
func openWorkspace(id, tenant string) (*sentinel.Workspace, error) {
	credential, err := sentinel.NewCredential(sentinel.CredentialOptions{Tenant: tenant})
	if err != nil {
		return nil, err
	}
	client, err := sentinel.NewClient(credential, sentinel.ClientOptions{})
	if err != nil {
		return nil, err
	}
	return sentinel.New(client, sentinel.Options{Workspaces: []string{id}})
}

// sentinelProvider returns the provider for the threat intelligence of a
// workspace: its id, or the name of one in msticpyconfig.yaml.
func (w world) sentinelProvider(o options) (ti.Provider, error) {
	id, tenant := o.workspace, ""
	if strings.Count(id, "-") != 4 {
		ws, err := w.configured(o)
		if err != nil {
			return nil, fmt.Errorf("-sentinel %s: %w", id, err)
		}
		id, tenant = ws.WorkspaceID, ws.TenantID
	}
	ws, err := w.openWorkspace(id, tenant)
	if err != nil {
		return nil, fmt.Errorf("-sentinel %s: %w", o.workspace, err)
	}
	ask := func(ctx context.Context, values []string, win querytime.Window) ([]ti.SentinelIndicator, error) {
		list, err := ws.Indicators(ctx, values, win)
		out := make([]ti.SentinelIndicator, len(list))
		for n, i := range list {
			out[n] = ti.SentinelIndicator(i)
		}
		return out, err
	}
	return ti.NewSentinel(ask, ti.SentinelOptions{Workspace: "workspace " + id}), nil
}

// configured finds a workspace by its name in msticpy's settings.
func (w world) configured(o options) (msticpyconfig.Workspace, error) {
	path := o.config
	if path == "" {
		places := msticpyconfig.Usual()
		places.Env = w.env
		found, err := places.Find()
		if err != nil {
			return msticpyconfig.Workspace{}, err
		}
		path = found
	}
	f, err := msticpyconfig.Load(path)
	if err != nil {
		return msticpyconfig.Workspace{}, err
	}
	list, errs := f.Workspaces()
	for _, ws := range list {
		if strings.EqualFold(ws.Name, o.workspace) {
			return ws, nil
		}
	}
	return msticpyconfig.Workspace{}, errors.Join(append(errs, errors.New("no such workspace in "+path))...)
}
