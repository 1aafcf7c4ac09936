package oktasim

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	logLimitDefault = 100
	logLimitMax     = 1000
	// logWindow is how far back a search without since goes.
	logWindow = 7 * 24 * time.Hour
)

// logQuery is a search of the System Log.
type logQuery struct {
	filter     filter
	since      string // in the form of publishedTime, as is until; empty: open
	until      string
	descending bool
	limit      int
	after      int // a position in the log
	resumed    bool
}

// listEvents answers a page and the Link to the next. A search without an end in
// ascending order is polling: its next link is always there, also after the last
// event, and continues with what is logged later, as at Okta.
func (o *Org) listEvents(r *request) (reply, error) {
	q, err := parseLogQuery(r, o.opts.Clock())
	if err != nil {
		return reply{}, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	page, next, more := q.page(&o.events)
	links := []string{linkHeader(r, "", "self")}
	if polling := !q.descending && q.until == ""; more || polling {
		links = append(links, linkHeader(r, strconv.Itoa(next), "next"))
	}
	return ok(page).with("Link", links...), nil
}

func parseLogQuery(r *request, now time.Time) (logQuery, error) {
	q := logQuery{limit: logLimitDefault}
	var causes []string
	for _, bound := range []struct {
		name   string
		target *string
	}{{"since", &q.since}, {"until", &q.until}} {
		if text, given := r.query(bound.name); given {
			t, err := time.Parse(time.RFC3339, text)
			if err != nil {
				causes = append(causes, bound.name+": The time must be in ISO 8601 format")
			}
			*bound.target = publishedTime(t).String()
		}
	}
	if text, given := r.query("limit"); given {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > logLimitMax {
			causes = append(causes, "limit: The limit must be between 0 and 1000")
		}
		q.limit = n
	}
	if text, given := r.query("after"); given {
		n, err := strconv.Atoi(text)
		if err != nil {
			causes = append(causes, "after: The cursor is not one of a next link")
		}
		q.after, q.resumed = n, true
	}
	if order, given := r.query("sortOrder"); given && order != "ASCENDING" && order != "DESCENDING" {
		causes = append(causes, "sortOrder: The order must be ASCENDING or DESCENDING")
	} else {
		q.descending = order == "DESCENDING"
	}
	if err := invalidFields(causes); err != nil {
		return q, err
	}
	if q.since == "" {
		q.since = publishedTime(now.Add(-logWindow)).String()
	}
	text, _ := r.query("filter")
	var err error
	q.filter, err = parseFilter(text, func(name string) bool {
		_, known := event{}.attribute(name)
		return known
	})
	return q, err
}

// page returns the matching events, the position to continue at, and whether
// there is more to come already.
func (q logQuery) page(events *ring[event]) (page []event, next int, more bool) {
	page = []event{}
	kept := events.since(0)
	first := events.next() - len(kept)
	next = events.next()
	for i := range kept {
		position := first + i
		e := kept[i]
		if q.descending {
			position = events.next() - 1 - i
			e = kept[len(kept)-1-i]
		}
		if q.resumed && (!q.descending && position < q.after || q.descending && position > q.after) {
			continue
		}
		if !q.matches(e) {
			continue
		}
		if len(page) == q.limit {
			return page, position, true
		}
		page = append(page, e)
	}
	return page, next, false
}

func (q logQuery) matches(e event) bool {
	at := e.Published.String()
	return at >= q.since && (q.until == "" || at < q.until) && q.filter.matches(e.attribute)
}

// attribute is what a filter may compare.
func (e event) attribute(name string) (string, bool) {
	var target entity
	if len(e.Target) > 0 {
		target = e.Target[0]
	}
	switch name {
	case "eventType":
		return e.EventType, true
	case "outcome.result":
		return e.Outcome.Result, true
	case "severity":
		return e.Severity, true
	case "published":
		return e.Published.String(), true
	case "uuid":
		return e.UUID, true
	case "transaction.id":
		return e.Transaction.ID, true
	case "target.id":
		return target.ID, true
	case "target.alternateId":
		return target.AlternateID, true
	case "target.displayName":
		return target.DisplayName, true
	case "actor.id":
		return e.Actor.ID, true
	}
	return "", false
}

// linkHeader is the request's own URL, after replaced, as a Link of relation rel.
func linkHeader(r *request, after, rel string) string {
	query := r.URL.Query()
	if after != "" {
		query.Set("after", after)
	}
	target := r.base + r.URL.Path
	if encoded := query.Encode(); encoded != "" {
		// Okta writes spaces as %20; some clients take + for a plus.
		target += "?" + strings.ReplaceAll(encoded, "+", "%20")
	}
	if _, err := url.Parse(target); err != nil {
		target = r.base // a Host header that is no host
	}
	return "<" + target + `>; rel="` + rel + `"`
}
