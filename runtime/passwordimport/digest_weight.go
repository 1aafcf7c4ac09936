package passwordimport

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// errMalformed completes "the bcrypt digest …".
var errMalformed = errors.New("is cut off or malformed: compare it with what its tool wrote")

// checkCost completes "the bcrypt digest …" for a parameter out of bounds.
func checkCost(name string, value, low, high int) error {
	if value < low || value > high {
		return fmt.Errorf("has %s %d; it must be from %d to %d, because a sign-in has to be answered within Okta's 3 s",
			name, value, low, high)
	}
	return nil
}

func checkMemory(bytes int64) error {
	if bytes > maxDigestMemory {
		return fmt.Errorf("takes %d MiB to verify; it must be at most %d MiB", bytes>>20, maxDigestMemory>>20)
	}
	return nil
}

// checkKey holds the last field to the length that its algorithm writes. A shorter one has been cut off,
// such as by a column that is too narrow.
func checkKey(key string, length int) error {
	if len(key) != length || !isCryptText(key) {
		return errMalformed
	}
	return nil
}

// checkDerivedKey is checkKey for algorithms that make keys of any length. It returns the length in bytes.
func checkDerivedKey(key string) (int, error) {
	length := base64.RawStdEncoding.DecodedLen(len(key))
	if length < minDerivedKeyLen {
		return 0, errMalformed
	}
	return length, nil
}

func weighBcrypt(fields []string) (weight, error) {
	if len(fields) != 2 || len(fields[0]) != 2 {
		return weight{}, errMalformed
	}
	return weighBcryptCost(fields[0], fields[1])
}

func weighBcryptCost(costText, key string) (weight, error) {
	cost, err := parseCount(costText)
	if err != nil {
		return weight{}, err
	}
	if err := checkCost("cost", cost, 4, maxBcryptCost); err != nil {
		return weight{}, err
	}
	return weight{cost: costText}, checkKey(key, 22+31)
}

// weighBcryptSHA256 judges v=2,t=2b,r=12$salt$key.
func weighBcryptSHA256(fields []string) (weight, error) {
	if len(fields) != 3 {
		return weight{}, errMalformed
	}
	cost, found := strings.CutPrefix(fields[0], "v=2,t=2b,r=")
	if !found {
		return weight{}, errMalformed
	}
	return weighBcryptCost(cost, fields[1]+fields[2])
}

// weighMD5Crypt judges salt$key, which always takes 1,000 rounds.
func weighMD5Crypt(fields []string) (weight, error) {
	// The tools take no more than 8 characters of the salt; the library would take all.
	if len(fields) != 2 || len(fields[0]) > 8 {
		return weight{}, errMalformed
	}
	return weight{cost: "1000"}, checkKey(fields[1], 22)
}

// weighSunMD5 judges rounds=N$salt$$key and salt$$key.
func weighSunMD5(fields []string) (weight, error) {
	rounds := 0
	if len(fields) == 4 {
		values, err := parameters(fields[0], "rounds")
		if err != nil {
			return weight{}, err
		}
		rounds, fields = values["rounds"], fields[1:]
	}
	if len(fields) != 3 || fields[1] != "" {
		return weight{}, errMalformed
	}
	if err := checkCost("rounds", rounds, 0, maxSunMD5Rounds); err != nil {
		return weight{}, err
	}
	return weight{cost: fmt.Sprint(rounds)}, checkKey(fields[2], 22)
}

// weighSHA1Crypt judges rounds$salt$key.
func weighSHA1Crypt(fields []string) (weight, error) {
	if len(fields) != 3 {
		return weight{}, errMalformed
	}
	rounds, err := parseCount(fields[0])
	if err != nil {
		return weight{}, err
	}
	if err := checkCost("rounds", rounds, 1, maxIterations); err != nil {
		return weight{}, err
	}
	return weight{cost: fields[0]}, checkKey(fields[2], 28)
}

// weighSHACrypt judges rounds=N$salt$key and salt$key, which takes 5,000 rounds.
func weighSHACrypt(keyLength int) func(fields []string) (weight, error) {
	return func(fields []string) (weight, error) {
		rounds := 5000
		if len(fields) == 3 {
			values, err := parameters(fields[0], "rounds")
			if err != nil {
				return weight{}, err
			}
			rounds, fields = values["rounds"], fields[1:]
		}
		// The tools take no more than 16 characters of the salt; the library would take all.
		if len(fields) != 2 || len(fields[0]) > 16 {
			return weight{}, errMalformed
		}
		if err := checkCost("rounds", rounds, 1000, maxSHARounds); err != nil {
			return weight{}, err
		}
		return weight{cost: fmt.Sprint(rounds)}, checkKey(fields[1], keyLength)
	}
}

// weighYescrypt judges setting$salt$key with a setting of three characters: flags, which are always j
// with what mkpasswd and passwd write, the binary logarithm of N less 1, and r less 1.
func weighYescrypt(fields []string) (weight, error) {
	if len(fields) != 3 || len(fields[0]) != 3 || fields[0][0] != 'j' || !isCryptText(fields[0]) || !isCryptText(fields[1]) {
		return weight{}, errMalformed
	}
	logN := strings.IndexByte(cryptAlphabet, fields[0][1]) + 1
	r := strings.IndexByte(cryptAlphabet, fields[0][2]) + 1
	if logN < 10 || logN > 30 {
		return weight{}, errMalformed
	}
	memory := int64(128) * int64(r) << logN
	if err := checkMemory(memory); err != nil {
		return weight{}, err
	}
	return weight{cost: fields[0], memory: memory}, checkKey(fields[2], 43)
}

// weighScrypt judges ln=16,r=8,p=1$salt$key.
func weighScrypt(fields []string) (weight, error) {
	if len(fields) != 3 {
		return weight{}, errMalformed
	}
	values, err := parameters(fields[0], "ln", "r", "p")
	if err != nil || len(values) != 3 {
		return weight{}, errMalformed
	}
	logN, r, p := values["ln"], values["r"], values["p"]
	// Bounds that keep the arithmetic below from overflowing; memory and work are bounded by it.
	if err := errors.Join(checkCost("ln", logN, 1, 30), checkCost("r", r, 1, 1<<16), checkCost("p", p, 1, 1<<16)); err != nil {
		return weight{}, err
	}
	memory := int64(128) * int64(r) << logN
	if err := checkMemory(memory); err != nil {
		return weight{}, err
	}
	if err := checkCost("p", p, 1, int(maxScryptWork/memory)); err != nil {
		return weight{}, err
	}
	_, err = checkDerivedKey(fields[2])
	return weight{cost: fields[0], memory: memory}, err
}

// weighArgon2 judges v=19$m=65536,t=3,p=4$salt$key.
func weighArgon2(fields []string) (weight, error) {
	if len(fields) != 4 || fields[0] != "v=19" {
		return weight{}, errMalformed
	}
	values, err := parameters(fields[1], "m", "t", "p")
	if err != nil || len(values) != 3 {
		return weight{}, errMalformed
	}
	memory, passes := int64(values["m"])<<10, values["t"]
	if err := checkCost("p", values["p"], 1, maxArgon2Lanes); err != nil {
		return weight{}, err
	}
	if err := checkMemory(memory); err != nil {
		return weight{}, err
	}
	if memory < 8<<10 {
		return weight{}, errMalformed
	}
	if err := checkCost("t", passes, 1, int(maxArgon2Passes/memory)); err != nil {
		return weight{}, err
	}
	_, err = checkDerivedKey(fields[3])
	return weight{cost: fields[1], memory: memory}, err
}

// weighPBKDF2 judges iterations$salt$key, where each blockBytes of key take as many iterations again.
func weighPBKDF2(blockBytes int) func(fields []string) (weight, error) {
	return func(fields []string) (weight, error) {
		if len(fields) != 3 {
			return weight{}, errMalformed
		}
		iterations, err := parseCount(fields[0])
		if err != nil {
			return weight{}, err
		}
		length, err := checkDerivedKey(fields[2])
		if err != nil {
			return weight{}, err
		}
		blocks := (length + blockBytes - 1) / blockBytes
		if err := checkCost("iterations", iterations, 1, maxIterations/blocks); err != nil {
			return weight{}, err
		}
		return weight{cost: fmt.Sprint(iterations * blocks)}, nil
	}
}
