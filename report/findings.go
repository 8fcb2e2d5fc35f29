package report

import (
	"html/template"
	"strings"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// maxStory is how many characters of a story are told.
const maxStory = 6000

// findingView is a finding as the page tells it.
type findingView struct {
	hunt.Finding
	Anchor  string
	Class   string
	Lead    []string // the story in plain words
	Acts    []act    // and what was done, in order
	ActsCut int      // acts that are left out
	Facts   []fact
	In      cell // its sessions
	Silent  cell // its silences
	Refs    cell
	Views   []stepView
	Cut     int // how many steps there are, if not all are shown
	Graph   template.HTML
	Edges   *table
	Left    int // nodes that are not drawn
	Stages  []string
	Related []hunt.Blind
}

// stepView is one step of a finding.
type stepView struct {
	hunt.Step
	Class, Stage string
	When         string
	In, Refs     cell
}

// findings makes the views of the findings; placed says which have a place of
// their own.
func (p *page) findings(placed []bool) {
	inv := p.Inv
	left := allSteps
	for i := range placed {
		f := &inv.Findings[i]
		v := &findingView{Finding: *f, Class: severityClass(f.Severity), In: p.ids(f.Sessions...), Silent: p.ids(f.Silences...), Refs: p.refs(f.Refs), Related: f.Blind}
		if placed[i] {
			v.Anchor = f.ID
		}
		v.Lead = storyParts(Visible(cut(firstOf(f.Paragraph, f.Summary), maxStory)))
		if len(f.Steps) > 1 {
			v.Acts, v.ActsCut = p.acts(f.Steps)
		}
		for _, s := range f.Tactics {
			v.Stages = append(v.Stages, stageName(s))
		}
		if !f.Start.IsZero() {
			v.Facts = append(v.Facts, fact{"When", interval(f.Start, f.End)})
		}
		if len(f.Accounts) > 0 {
			v.Facts = append(v.Facts, fact{"Accounts", names(f.Accounts)})
		}
		if len(f.Addresses) > 0 {
			v.Facts = append(v.Facts, fact{"Addresses", names(stringsOf(f.Addresses))})
		}
		var speaks []string
		for _, h := range f.Hypotheses {
			speaks = append(speaks, hypothesisName(h))
		}
		if len(speaks) > 0 {
			v.Facts = append(v.Facts, fact{"Speaks for", strings.Join(speaks, "; ")})
		}
		if len(f.Techniques) > 0 {
			v.Facts = append(v.Facts, fact{"ATT&CK", names(f.Techniques)})
		}
		var steps []hunt.Step
		steps, v.Cut = first(f.Steps, max(leastSteps, min(maxSteps, left)))
		left -= len(steps)
		for _, s := range steps {
			v.Views = append(v.Views, stepView{Step: s, Class: severityClass(s.Severity), Stage: stageName(s.Stage), When: interval(s.Time, s.End), In: p.ids(s.Session), Refs: p.refs(s.Refs)})
		}
		above := f.Severity.Compare(hunt.SeverityMedium) >= 0
		if f.Graph != nil && v.Anchor != "" && len(p.Stories) < maxStories {
			v.Graph = p.graphSVG(f.Graph, f.ID)
			v.Edges = p.add(p.graphTable(f.Graph, f.ID))
			v.Left = layOut(f.Graph).left
		}
		switch {
		case above && len(p.Stories) < maxStories:
			p.Stories = append(p.Stories, v)
		case above:
			p.Further = append(p.Further, v)
		default:
			p.Minor = append(p.Minor, v)
		}
	}
	p.FindingsCut = len(inv.Findings) - len(placed)
}

func stageName(s hunt.Stage) string { return Visible(strings.ReplaceAll(string(s), "_", " ")) }

func stringsOf[T interface{ String() string }](list []T) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		out = append(out, v.String())
	}
	return out
}
