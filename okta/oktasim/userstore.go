package oktasim

import (
	"encoding/json"
	"slices"
	"strings"
)

// The statuses a user can have here.
const (
	userStaged          = "STAGED"
	userProvisioned     = "PROVISIONED"
	userActive          = "ACTIVE"
	userLockedOut       = "LOCKED_OUT"
	userPasswordExpired = "PASSWORD_EXPIRED"
	userDeprovisioned   = "DEPROVISIONED"
)

// user is a stored user. An org holds a hundred thousand of them, so the profile
// is kept as text, which takes a fraction of a map's memory.
type user struct {
	id, login  string
	status     string
	created    stamp
	activated  stamp
	changed    stamp // of the status
	lastLogin  stamp
	updated    stamp
	passwordAt stamp
	profile    []byte // a JSON object without null members
	credential credential
	failures   int // wrong passwords in a row
}

func (u *user) profileObject() object {
	members, _ := parseObject(u.profile) // it was encoded by setProfile
	return members
}

// setProfile stores a checked profile; null means absent.
func (u *user) setProfile(profile object) {
	kept := object{}
	for name, value := range profile {
		if string(value) != "null" {
			kept[name] = value
		}
	}
	u.profile, _ = json.Marshal(kept) // every value was JSON when it came
	u.login = stringMember(kept, "login")
}

func (u *user) setStatus(status string, now stamp) {
	u.status, u.changed, u.updated = status, now, now
	if status == userActive && u.activated == 0 {
		u.activated = now
	}
}

// stringMember returns a member that is a string, "" for anything else.
func stringMember(o object, name string) string {
	var d decoder
	return member[string](&d, o, name).or("")
}

// userStore finds users by id and by login in constant time and lists them in
// order of creation, which is the order of their ids.
type userStore struct {
	byID    map[string]*user
	byLogin map[string]*user // key: loginKey
	ordered []*user
}

func newUserStore() userStore {
	return userStore{byID: map[string]*user{}, byLogin: map[string]*user{}}
}

// loginKey is a login as it is compared: without regard to case.
func loginKey(login string) string { return strings.ToLower(login) }

// find returns the user with an id or else a login.
func (s *userStore) find(idOrLogin string) (*user, error) {
	if u := s.byID[idOrLogin]; u != nil {
		return u, nil
	}
	if u := s.byLogin[loginKey(idOrLogin)]; u != nil {
		return u, nil
	}
	return nil, errNotFound(idOrLogin, "User")
}

// checkLogin refuses a login that another user has, a DEPROVISIONED one too.
func (s *userStore) checkLogin(login, self string) error {
	if other := s.byLogin[loginKey(login)]; other != nil && other.id != self {
		return errInvalid("login", "login: An object with this field already exists in the current organization")
	}
	return nil
}

func (s *userStore) add(u *user) {
	s.byID[u.id] = u
	s.byLogin[loginKey(u.login)] = u
	s.ordered = append(s.ordered, u)
}

// changeProfile stores a profile whose login may be another.
func (s *userStore) changeProfile(u *user, profile object, now stamp) {
	delete(s.byLogin, loginKey(u.login))
	u.setProfile(profile)
	u.updated = now
	s.byLogin[loginKey(u.login)] = u
}

func (s *userStore) remove(u *user) {
	delete(s.byID, u.id)
	delete(s.byLogin, loginKey(u.login))
	if i, found := slices.BinarySearchFunc(s.ordered, u.id, compareUserID); found {
		s.ordered = slices.Delete(s.ordered, i, i+1)
	}
}

// after returns the users created after the one with an id, which need not be
// there any more.
func (s *userStore) after(id string) []*user {
	i, found := slices.BinarySearchFunc(s.ordered, id, compareUserID)
	if found {
		i++
	}
	return s.ordered[i:]
}

func compareUserID(u *user, id string) int { return strings.Compare(u.id, id) }
