package passwordimport

import (
	"crypto/subtle"
	"strings"
)

// desLength is the length of a digest of the traditional crypt(3): two characters of salt and eleven.
const desLength = 13

// parseDES reads a digest of the traditional crypt(3), which htpasswd -d writes. It takes the first 8
// characters of a password and 7 bits of each, as everything that ever made such digests did.
func parseDES(text string) (digest, error) {
	salt, key := text[:2], []byte(text)
	return digest{scheme: "descrypt", match: func(password []byte) (bool, error) {
		return subtle.ConstantTimeCompare(desCrypt(password, salt), key) == 1, nil
	}}, nil
}

// The tables of DES are those of FIPS 46-3, counted from 1 as printed there. crypto/des can't be used:
// the salt changes the expansion in the middle of it.
var (
	desInitial = [64]byte{
		58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4,
		62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32, 24, 16, 8,
		57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3,
		61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
	}
	desFinal = [64]byte{
		40, 8, 48, 16, 56, 24, 64, 32, 39, 7, 47, 15, 55, 23, 63, 31,
		38, 6, 46, 14, 54, 22, 62, 30, 37, 5, 45, 13, 53, 21, 61, 29,
		36, 4, 44, 12, 52, 20, 60, 28, 35, 3, 43, 11, 51, 19, 59, 27,
		34, 2, 42, 10, 50, 18, 58, 26, 33, 1, 41, 9, 49, 17, 57, 25,
	}
	desExpansion = [48]byte{
		32, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9,
		8, 9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17,
		16, 17, 18, 19, 20, 21, 20, 21, 22, 23, 24, 25,
		24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1,
	}
	desPermutation = [32]byte{
		16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
		2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
	}
	desChoice1 = [56]byte{
		57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18,
		10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
		63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22,
		14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
	}
	desChoice2 = [48]byte{
		14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10,
		23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
		41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48,
		44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
	}
	desShifts = [16]int{1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1}
	// desBoxes has row after row of each S-box, one hexadecimal digit per entry.
	desBoxes = [8]string{
		"e4d12fb83a6c5907" + "0f74e2d1a6cb9538" + "41e8d62bfc973a50" + "fc8249175b3ea06d",
		"f18e6b34972dc05a" + "3d47f28ec01a69b5" + "0e7ba4d158c6932f" + "d8a13f42b67c05e9",
		"a09e63f51dc7b428" + "d709346a285ecbf1" + "d6498f30b12c5ae7" + "1ad069874fe3b52c",
		"7de3069a1285bc4f" + "d8b56f03472c1ae9" + "a690cb7df13e5284" + "3f06a1d8945bc72e",
		"2c417ab6853fd0e9" + "eb2c47d150fa3986" + "421bad78f9c5630e" + "b8c71e2d6f09a453",
		"c1af92680d34e75b" + "af427c9561de0b38" + "9ef528c3704a1db6" + "432c95fabe17608d",
		"4b2ef08d3c975a61" + "d0b7491ae35c2f86" + "14bdc37eaf680592" + "6bd814a7950fe23c",
		"d2846fb1a93e50c7" + "1fd8a374c56b0e92" + "7b419ce206adf358" + "21e74a8dfc90356b",
	}
)

// desCrypt encrypts a block of zeros 25 times with the password as the key.
func desCrypt(password []byte, salt string) []byte {
	keys := desKeys(password)
	expansion := desExpansion
	for i := range 12 {
		// Each bit of the salt that is set swaps two entries of the expansion.
		if strings.IndexByte(cryptAlphabet, salt[i/6])>>(i%6)&1 != 0 {
			expansion[i], expansion[i+24] = expansion[i+24], expansion[i]
		}
	}
	var block [66]byte // one bit each; two stay 0 to make eleven characters of six bits
	for range 25 {
		desEncrypt(block[:64], &keys, &expansion)
	}
	text := append(make([]byte, 0, desLength), salt...)
	for i := 0; i < len(block); i += 6 {
		text = append(text, cryptAlphabet[fromBits(block[i:i+6])])
	}
	return text
}

func desKeys(password []byte) (keys [16][48]byte) {
	var bits [64]byte
	for i := range min(8, len(password)) {
		for j := range 7 {
			bits[8*i+j] = password[i] >> (6 - j) & 1
		}
	}
	var halves [56]byte
	for i, from := range desChoice1 {
		halves[i] = bits[from-1]
	}
	for round, shift := range desShifts {
		rotate(halves[:28], shift)
		rotate(halves[28:], shift)
		for i, from := range desChoice2 {
			keys[round][i] = halves[from-1]
		}
	}
	return keys
}

func rotate(bits []byte, by int) {
	for range by {
		first := bits[0]
		copy(bits, bits[1:])
		bits[len(bits)-1] = first
	}
}

func desEncrypt(block []byte, keys *[16][48]byte, expansion *[48]byte) {
	var left, right [32]byte
	for i := range 32 {
		left[i], right[i] = block[desInitial[i]-1], block[desInitial[i+32]-1]
	}
	for round := range keys {
		mixed := desMix(&right, &keys[round], expansion)
		for i := range mixed {
			mixed[i] ^= left[i]
		}
		left, right = right, mixed
	}
	joined := append(right[:], left[:]...)
	for i, from := range desFinal {
		block[i] = joined[from-1]
	}
}

func desMix(right *[32]byte, key, expansion *[48]byte) (mixed [32]byte) {
	var substituted [32]byte
	var six [6]byte
	for box := range desBoxes {
		for i := range six {
			six[i] = right[expansion[6*box+i]-1] ^ key[6*box+i]
		}
		row, column := six[0]<<1|six[5], fromBits(six[1:5])
		value := strings.IndexByte("0123456789abcdef", desBoxes[box][16*row+column])
		for i := range 4 {
			substituted[4*box+i] = byte(value>>(3-i)) & 1
		}
	}
	for i, from := range desPermutation {
		mixed[i] = substituted[from-1]
	}
	return mixed
}

// fromBits reads bits, the highest first.
func fromBits(bits []byte) (value byte) {
	for _, bit := range bits {
		value = value<<1 | bit
	}
	return value
}
