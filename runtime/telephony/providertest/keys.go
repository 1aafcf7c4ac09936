package providertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"time"
)

// keys are made once per process, because RSA takes its time.
type keys struct{ vonage *rsa.PrivateKey }

var newKeys = sync.OnceValue(func() keys {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // never: the random numbers of the system don't end
	}
	return keys{key}
})

// VonagePrivateKey is the key of the application at Vonage, in PEM.
func (s *Sim) VonagePrivateKey() []byte {
	encoded, err := x509.MarshalPKCS8PrivateKey(s.keys.vonage)
	if err != nil {
		panic(err) // never: it is an RSA key
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
}

// Certificate is one that a CA of its own has signed.
type Certificate struct {
	// TLS is what the server shows.
	TLS tls.Certificate
	// CA is the certificate of the CA, in PEM.
	CA []byte
}

// NewCertificate makes a certificate for names and addresses, good for a year.
func NewCertificate(hosts ...string) (Certificate, error) {
	ca, caKey, err := sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "provider-sim CA"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	if err != nil {
		return Certificate{}, err
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "provider-sim"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	leaf, leafKey, err := sign(template, ca, caKey)
	if err != nil {
		return Certificate{}, err
	}
	return Certificate{
		TLS: tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: leafKey, Leaf: leaf},
		CA:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw}),
	}, nil
}

// sign makes a key and a certificate for it, signed by parent, or by itself if that is nil.
func sign(template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return nil, nil, err
	}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0)
	if parent == nil {
		parent, parentKey = template, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		return nil, nil, err
	}
	certificate, err := x509.ParseCertificate(raw)
	return certificate, key, err
}
