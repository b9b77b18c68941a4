// A stock witness and a stock client of the C2SP family (transparency-dev/witness), as one small
// program, so that ours can be tried against both.
//
//	witness serve NAME LOG_VKEY        a witness in memory on a free port; prints "ready URL VKEY"
//	witness feed URL LOG_VKEY W_VKEY DIR...
//	                                   takes our witness through the log directories, oldest first,
//	                                   and through what it has to refuse; prints a line for each
//	witness check NOTE LOG_VKEY W_VKEY...
//	                                   whether a checkpoint carries the signatures of all of them
package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	f_log "github.com/transparency-dev/formats/log"
	f_note "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/witness/api"
	client "github.com/transparency-dev/witness/client/http"
	"github.com/transparency-dev/witness/persistence/inmemory"
	"github.com/transparency-dev/witness/witness"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) < 4 {
		fail(errors.New("usage: witness serve|feed|check ..."))
	}
	switch os.Args[1] {
	case "serve":
		fail(serve(os.Args[2], os.Args[3]))
	case "feed":
		fail(feed(os.Args[2], os.Args[3], os.Args[4], os.Args[5:]))
	case "check":
		fail(check(os.Args[2], os.Args[3], os.Args[4:]))
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(name, logKey string) error {
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return err
	}
	signer, err := f_note.NewSignerForCosignatureV1(secret)
	if err != nil {
		return err
	}
	logVerifier, err := note.NewVerifier(logKey)
	if err != nil {
		return err
	}
	w, err := witness.New(context.Background(), witness.Opts{
		Persistence: inmemory.New(),
		Signers:     []note.Signer{signer},
		VerifierForLog: func(_ context.Context, origin string) (note.Verifier, bool, error) {
			return logVerifier, origin == logVerifier.Name(), nil
		},
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc(api.HTTPAddCheckpoint, witness.NewHTTPHandler(w).AddCheckpoint)
	fmt.Printf("ready http://%s %s\n", listener.Addr(), cosignerKey(public, signer))
	return http.Serve(listener, mux)
}

// A witness's verifier key is of type 04, and its key id with it.
func cosignerKey(public string, signer note.Signer) string {
	typed, err := base64.StdEncoding.DecodeString(strings.SplitN(public, "+", 3)[2])
	fail(err)
	typed[0] = 4
	return fmt.Sprintf("%s+%08x+%s", signer.Name(), signer.KeyHash(),
		base64.StdEncoding.EncodeToString(typed))
}

// The hashes of a log directory's tiles, for proofs by x/mod.
type reader struct {
	dir  string
	size int64
}

func (r reader) Height() int { return 8 }

func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// x/mod names the height, C2SP does not.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(r.dir, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (r reader) SaveTiles([]tlog.Tile, [][]byte) {}

type state struct {
	dir  string
	raw  []byte
	tree tlog.Tree
}

func load(dir string, logVerifier note.Verifier) (state, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return state{}, err
	}
	checkpoint, _, _, err := f_log.ParseCheckpoint(raw, logVerifier.Name(), logVerifier)
	if err != nil {
		return state{}, err
	}
	tree := tlog.Tree{N: int64(checkpoint.Size)}
	copy(tree.Hash[:], checkpoint.Hash)
	return state{dir, raw, tree}, nil
}

func proof(older, newer state) ([][]byte, error) {
	if older.tree.N == 0 || older.tree.N == newer.tree.N {
		return nil, nil
	}
	hashes := tlog.TileHashReader(newer.tree, reader{newer.dir, newer.tree.N})
	made, err := tlog.ProveTree(newer.tree.N, older.tree.N, hashes)
	if err != nil {
		return nil, err
	}
	var lines [][]byte
	for _, hash := range made {
		lines = append(lines, append([]byte(nil), hash[:]...))
	}
	return lines, nil
}

func feed(address, logKey, witnessKey string, dirs []string) error {
	logVerifier, err := note.NewVerifier(logKey)
	if err != nil {
		return err
	}
	witnessVerifier, err := f_note.NewVerifierForCosignatureV1(witnessKey)
	if err != nil {
		return err
	}
	base, err := url.Parse(address)
	if err != nil {
		return err
	}
	w := client.NewWitness(base, http.DefaultClient)
	ctx := context.Background()
	last := state{}
	for _, dir := range dirs {
		next, err := load(dir, logVerifier)
		if err != nil {
			return err
		}
		lines, err := proof(last, next)
		if err != nil {
			return err
		}
		if last.tree.N > 0 {
			_, size, err := w.Update(ctx, 0, next.raw, nil)
			if !errors.Is(err, witness.ErrCheckpointStale) || size != uint64(last.tree.N) {
				return fmt.Errorf("from 0: %v, size %d instead of %d", err, size, last.tree.N)
			}
		}
		if len(lines) > 0 {
			wrong := append([][]byte{make([]byte, 32)}, lines[1:]...)
			_, _, err := w.Update(ctx, uint64(last.tree.N), next.raw, wrong)
			if !errors.Is(err, witness.ErrInvalidProof) {
				return fmt.Errorf("a wrong proof: %v", err)
			}
		}
		if _, _, err := w.Update(ctx, uint64(next.tree.N)+1, next.raw, nil); !errors.Is(err, witness.ErrOldSizeInvalid) {
			return fmt.Errorf("a larger old size: %v", err)
		}
		answer, _, err := w.Update(ctx, uint64(last.tree.N), next.raw, lines)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		cosigned := append(append([]byte(nil), next.raw...), answer...)
		opened, err := note.Open(cosigned, note.VerifierList(logVerifier, witnessVerifier))
		if err != nil || len(opened.Sigs) != 2 {
			return fmt.Errorf("%s: the cosignature: %v", dir, err)
		}
		fmt.Printf("cosigned %d -> %d\n", last.tree.N, next.tree.N)
		last = next
	}
	stranger, _, err := note.GenerateKey(rand.Reader, "stranger.example")
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(stranger)
	if err != nil {
		return err
	}
	text := strings.SplitN(string(last.raw), "\n\n", 2)[0] + "\n"
	unsigned, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return err
	}
	if _, _, err := w.Update(ctx, uint64(last.tree.N), unsigned, nil); !errors.Is(err, witness.ErrNoValidSignature) {
		return fmt.Errorf("a stranger's signature: %v", err)
	}
	unknown, err := note.Sign(&note.Note{Text: strings.Replace(text, logVerifier.Name(), "stranger.example", 1)}, signer)
	if err != nil {
		return err
	}
	if _, _, err := w.Update(ctx, 0, unknown, nil); !errors.Is(err, witness.ErrUnknownLog) {
		return fmt.Errorf("an unknown log: %v", err)
	}
	fmt.Println("refused what it had to")
	return nil
}

func check(file, logKey string, witnessKeys []string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(logKey)
	if err != nil {
		return err
	}
	verifiers := []note.Verifier{verifier}
	for _, key := range witnessKeys {
		verifier, err := f_note.NewVerifierForCosignatureV1(key)
		if err != nil {
			return err
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open(raw, note.VerifierList(verifiers...))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != len(verifiers) {
		return fmt.Errorf("%d of %d signatures", len(opened.Sigs), len(verifiers))
	}
	fmt.Printf("signed by all %d\n", len(verifiers))
	return nil
}
