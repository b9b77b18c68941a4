// What golang.org/x/mod/sumdb/note makes of a checkpoint that an Ed25519 and an ECDSA key of the
// log have signed: it knows the first type only, accepts, and reports the other line as unverified.
//
//	two_types CHECKPOINT ED25519_VKEY ECDSA_VKEY
package main

import (
	"bytes"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
)

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// The note with another character in the signature of the n-th line.
func damaged(raw []byte, line int) []byte {
	bad := append([]byte(nil), raw...)
	at := bytes.Index(bad, []byte("\n\n")) + 1
	for i := 0; i < line; i++ {
		at += 1 + bytes.IndexByte(bad[at+1:], '\n')
	}
	at += bytes.LastIndexByte(bad[at:at+1+bytes.IndexByte(bad[at+1:], '\n')], ' ') + 20
	if bad[at] == 'A' {
		bad[at] = 'B'
	} else {
		bad[at] = 'A'
	}
	return bad
}

func main() {
	raw, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail("%v", err)
	}
	key, err := note.NewVerifier(os.Args[2])
	if err != nil {
		fail("the Ed25519 key: %v", err)
	}
	if _, err := note.NewVerifier(os.Args[3]); err == nil {
		fail("x/mod knows ECDSA keys now: let it verify the second line too")
	}
	known := note.VerifierList(key)
	opened, err := note.Open(raw, known)
	if err != nil {
		fail("two lines, one of an unknown type: %v", err)
	}
	if len(opened.Sigs) != 1 || len(opened.UnverifiedSigs) != 1 {
		fail("%d verified, %d not", len(opened.Sigs), len(opened.UnverifiedSigs))
	}
	if _, err := note.Open(damaged(raw, 1), known); err != nil {
		fail("a damaged line of an unknown key: %v", err)
	}
	if _, err := note.Open(damaged(raw, 0), known); err == nil {
		fail("accepted although the known key's line is damaged")
	}
	fmt.Println("x/mod accepts the checkpoint by its Ed25519 line and ignores the other")
}
