package hookconfig

import (
	"os"
	"path/filepath"
	"testing"
)

// registration is a valid file, to be changed by cases.
const registration = `type: Registration
path: /identity/sign-up
authentication:
  header:
    secretKeyRef: {name: hook-secret, key: value}
handler:
  registration:
    rules:
    - name: partner
      requestTypes: [SelfService]
      when: "user.email.endsWith('@partner.example')"
      allow: {}
      profile: {userType: "'partner'"}
    default: Deny
`

const passwordImport = `type: PasswordImport
path: /identity/legacy-passwords
authentication: {basic: {secretRef: {name: hook-basic}}}
handler:
  passwordImport:
    userStore:
      sql:
        driver: postgres
        dsn: {secretKeyRef: {name: legacy-db, key: dsn}}
        query: SELECT password_hash FROM users WHERE lower(email) = lower($1)
    timeout: 1500ms
`

// writeFiles writes files with their folders below a new folder.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		writeFile(t, filepath.Join(dir, name), content)
	}
	return dir
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
