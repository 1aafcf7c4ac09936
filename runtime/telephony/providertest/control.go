package providertest

import (
	"encoding/json"
	"net/http"
)

// Control serves the simulator, and besides, for people and scripts:
//
//	GET    /-/deliveries   what was delivered, as a JSON array of [Delivery]; ?to=NUMBER for one number only
//	GET    /-/requests     the requests that arrived, as a JSON array of [Request]
//	POST   /-/fault        adds a [Fault] in JSON
//	DELETE /-/fault        has everything work again
//	DELETE /-/deliveries   forgets deliveries, requests and faults
//	GET    /-/healthz      200
func (s *Sim) Control() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", s)
	mux.HandleFunc("GET /-/healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /-/deliveries", func(w http.ResponseWriter, r *http.Request) {
		found := []Delivery{}
		for _, d := range s.Deliveries() {
			if to := r.URL.Query().Get("to"); to == "" || to == d.To {
				found = append(found, d)
			}
		}
		jsonOutcome(http.StatusOK, found).write(w)
	})
	mux.HandleFunc("GET /-/requests", func(w http.ResponseWriter, _ *http.Request) {
		jsonOutcome(http.StatusOK, append([]Request{}, s.Requests()...)).write(w)
	})
	mux.HandleFunc("DELETE /-/deliveries", func(http.ResponseWriter, *http.Request) { s.Reset() })
	mux.HandleFunc("DELETE /-/fault", func(http.ResponseWriter, *http.Request) { s.ClearFaults() })
	mux.HandleFunc("POST /-/fault", func(w http.ResponseWriter, r *http.Request) {
		var f Fault
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBodyBytes))
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&f)
		if err == nil {
			err = s.AddFault(f)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	return mux
}
