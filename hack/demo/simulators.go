package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"time"

	"github.com/hookline/hookline/hack/stage"
)

// oktaOrg is the simulated org.
type oktaOrg struct {
	stage.Org
	caFile string
}

func newOktaOrg(url, token, caFile string) (*oktaOrg, error) {
	client, err := clientOf(caFile)
	if err != nil {
		return nil, err
	}
	return &oktaOrg{Org: stage.Org{URL: url, Token: token, Client: client}, caFile: caFile}, nil
}

// vendors are the simulated services that carry one-time codes.
type vendors struct {
	stage.Vendors
	caFile string
}

func newVendors(url, caFile string) (*vendors, error) {
	client, err := clientOf(caFile)
	if err != nil {
		return nil, err
	}
	return &vendors{Vendors: stage.Vendors{URL: url, Client: client}, caFile: caFile}, nil
}

// clientOf is a client of a simulator with a CA of its own.
func clientOf(caFile string) (*http.Client, error) {
	pem, err := readFile(caFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read %s: it has no certificate", caFile)
	}
	return &http.Client{
		// A hook has 3 s, and is asked again once.
		Timeout:       10 * time.Second,
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
		CheckRedirect: stage.NoRedirects,
	}, nil
}
