package oktasim

import (
	"bytes"
	"html/template"
	"net/http"
)

// errorPageTemplate is what a user sees in the browser when there is nowhere to
// send them back to.
var errorPageTemplate = template.Must(template.New("error").Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Error</title></head>
<body><h2>{{.Status}}</h2><p id="error">{{.Message}}</p></body></html>
`))

// errorPage is an error for a user.
func errorPage(status int, message string) reply {
	return page(status, errorPageTemplate, struct{ Status, Message string }{http.StatusText(status), message})
}

// page fills in a template, which escapes what comes from outside.
func page(status int, text *template.Template, data any) reply {
	var b bytes.Buffer
	if err := text.Execute(&b, data); err != nil {
		// Templates and their data are this package's own; see reply.encode.
		panic(err)
	}
	return reply{status: status, body: rawBody(b.String())}.
		with("Content-Type", "text/html;charset=UTF-8").
		with("Cache-Control", "no-store")
}
