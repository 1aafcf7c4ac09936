package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// managerUser is who the service account of config/rbac is to the API server: the manager of the demo may
// do what its role says and nothing else.
const managerUser = "system:serviceaccount:system:manager"

// controlPlane is kube-apiserver and etcd as local processes.
type controlPlane struct {
	env  *envtest.Environment
	rest *rest.Config
	// adminConfig and managerConfig are kubeconfig files.
	adminConfig, managerConfig string
}

func startControlPlane(assets, crds, dir, logs string) (*controlPlane, error) {
	c := &controlPlane{
		env: &envtest.Environment{
			BinaryAssetsDirectory:    assets,
			CRDDirectoryPaths:        []string{crds},
			ErrorIfCRDPathMissing:    true,
			ControlPlaneStartTimeout: time.Minute,
			ControlPlaneStopTimeout:  10 * time.Second,
		},
		adminConfig:   filepath.Join(dir, "kubeconfig"),
		managerConfig: filepath.Join(dir, "kubeconfig-manager"),
	}
	if err := logInto(logs); err != nil {
		return nil, err
	}
	var err error
	if c.rest, err = c.env.Start(); err != nil {
		return c, fmt.Errorf("start the control plane in %s: %w", assets, err)
	}
	// The API server's own fairness is enough.
	c.rest.QPS = -1
	if err := c.writeConfig(c.adminConfig, envtest.User{Name: "admin", Groups: []string{"system:masters"}}); err != nil {
		return c, err
	}
	return c, c.writeConfig(c.managerConfig, envtest.User{Name: managerUser, Groups: []string{"system:serviceaccounts"}})
}

// logInto sends what libraries log to a file: the story is for people.
func logInto(logs string) error {
	file, err := os.Create(filepath.Join(logs, "cluster.log"))
	if err != nil {
		return fmt.Errorf("make log: %w", err)
	}
	// Open for as long as the demo runs: anything may log at any time.
	log := logr.FromSlogHandler(slog.NewJSONHandler(file, nil))
	ctrl.SetLogger(log)
	klog.SetLogger(log)
	return nil
}

func (c *controlPlane) writeConfig(file string, user envtest.User) error {
	authenticated, err := c.env.AddUser(user, nil)
	if err != nil {
		return fmt.Errorf("make kubeconfig of %s: %w", user.Name, err)
	}
	config, err := authenticated.KubeConfig()
	if err != nil {
		return fmt.Errorf("make kubeconfig of %s: %w", user.Name, err)
	}
	if err := os.WriteFile(file, config, 0o600); err != nil {
		return fmt.Errorf("write kubeconfig: %w", err)
	}
	return nil
}

func (c *controlPlane) stop() error {
	if err := c.env.Stop(); err != nil {
		return fmt.Errorf("stop the control plane: %w", err)
	}
	return nil
}
