// peers checks logs with the verifiers that others run: Tessera's fsck, client and proof builder,
// torchwood's client, and the proof format of transparency-dev/formats.
//
//	peers log DIR VKEY        a log's public tree
//	peers grow PROGRAM DIR    the log that growing_log writes into DIR, at each of its sizes
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"github.com/transparency-dev/formats/log"
	formats "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"k8s.io/klog/v2"
)

func leafHashes(bundle []byte) ([][]byte, error) {
	var entries api.EntryBundle
	if err := entries.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	var hashes [][]byte
	for _, entry := range entries.Entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return hashes, nil
}

// checkTessera: fsck over everything, then inclusion of an entry by the proof builder.
func checkTessera(ctx context.Context, files client.FileFetcher, verifier note.Verifier) (*log.Checkpoint, error) {
	checkpoint, _, _, err := client.FetchCheckpoint(ctx, files.ReadCheckpoint, verifier, verifier.Name())
	if err != nil {
		return nil, err
	}
	check := fsck.New(verifier.Name(), verifier, files, leafHashes, fsck.Opts{N: 1})
	if err := check.Check(ctx); err != nil {
		return nil, fmt.Errorf("tessera fsck: %w", err)
	}
	if checkpoint.Size == 0 {
		return checkpoint, nil
	}
	index := checkpoint.Size / 3
	builder, err := client.NewProofBuilder(ctx, checkpoint.Size, files.ReadTile)
	if err != nil {
		return nil, err
	}
	hashes, err := builder.InclusionProof(ctx, index)
	if err != nil {
		return nil, err
	}
	bundle, err := client.GetEntryBundle(ctx, files.ReadEntryBundle, index/256, checkpoint.Size)
	if err != nil {
		return nil, err
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(bundle.Entries[index%256])
	err = proof.VerifyInclusion(rfc6962.DefaultHasher, index, checkpoint.Size, leaf, hashes, checkpoint.Hash)
	return checkpoint, err
}

// checkTorchwood reads all entries over HTTP, authenticated up to the root.
func checkTorchwood(ctx context.Context, url string, raw []byte, verifier note.Verifier) error {
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	checkpoint, err := torchwood.ParseCheckpoint(opened.Text)
	if err != nil {
		return err
	}
	fetcher, err := torchwood.NewTileFetcher(url)
	if err != nil {
		return err
	}
	reader, err := torchwood.NewClient(fetcher)
	if err != nil {
		return err
	}
	tree := tlog.Tree{N: checkpoint.N, Hash: checkpoint.Hash}
	seen := int64(0)
	// Only whole bundles are given out by Entries; Entry covers the rest.
	for index := range reader.Entries(ctx, tree, 0) {
		if index != seen {
			return fmt.Errorf("torchwood: entry %d after %d entries", index, seen)
		}
		seen++
	}
	if err := reader.Err(); err != nil {
		return fmt.Errorf("torchwood: %w", err)
	}
	for ; seen < tree.N; seen++ {
		if _, _, err := reader.Entry(ctx, tree, seen); err != nil {
			return fmt.Errorf("torchwood: %w", err)
		}
	}
	return nil
}

// checkProof verifies a .tlog-proof file and the entry that it is about.
func checkProof(dir string, verifier note.Verifier) error {
	text, err := os.ReadFile(filepath.Join(dir, "last.tlog-proof"))
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(filepath.Join(dir, "last.entry"))
	if err != nil {
		return err
	}
	var parsed formats.TLogProof
	if err := parsed.Unmarshal(text); err != nil {
		return fmt.Errorf("formats: %w", err)
	}
	if !bytes.Equal(parsed.Marshal(), text) {
		return errors.New("formats: writes the proof in another way")
	}
	checkpoint, _, _, err := log.ParseCheckpoint(parsed.Checkpoint, verifier.Name(), verifier)
	if err != nil {
		return fmt.Errorf("formats: %w", err)
	}
	var hashes [][]byte
	for _, hash := range parsed.Hashes {
		hashes = append(hashes, hash[:])
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(entry)
	return proof.VerifyInclusion(rfc6962.DefaultHasher, parsed.Index, checkpoint.Size, leaf, hashes, checkpoint.Hash)
}

// peers holds what outlives one size: the tracker that wants each head to extend the one before.
type peers struct {
	ctx      context.Context
	files    client.FileFetcher
	verifier note.Verifier
	url      string
	tracker  *client.LogStateTracker
}

func newPeers(ctx context.Context, dir, vkey, url string) (*peers, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(vkey))
	if err != nil {
		return nil, err
	}
	return &peers{ctx: ctx, files: client.FileFetcher{Root: dir}, verifier: verifier, url: url}, nil
}

// check asks torchwood first: tessera's fsck of v1.0.4 waits for ever when it has found a bad tile
// with entries left to read.
func (p *peers) check() error {
	raw, err := p.files.ReadCheckpoint(p.ctx)
	if err != nil {
		return err
	}
	if err := checkTorchwood(p.ctx, p.url, raw, p.verifier); err != nil {
		return err
	}
	checkpoint, err := checkTessera(p.ctx, p.files, p.verifier)
	if err != nil {
		return err
	}
	if p.tracker == nil {
		consensus := client.UnilateralConsensus(p.files.ReadCheckpoint)
		p.tracker, err = client.NewLogStateTracker(p.ctx, p.files.ReadTile, raw, p.verifier, p.verifier.Name(), consensus)
		return err
	}
	if _, _, _, err := p.tracker.Update(p.ctx); err != nil {
		return fmt.Errorf("tessera client: %w", err)
	}
	if p.tracker.Latest().Size != checkpoint.Size {
		return errors.New("tessera client: the tracker did not follow")
	}
	return nil
}

func verifyLog(dir, vkey string) error {
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	p, err := newPeers(context.Background(), dir, vkey, server.URL)
	if err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	fmt.Println("tessera and torchwood accept", dir)
	return nil
}

func verifyGrowing(program, dir string) error {
	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(dir, "log"))))
	defer server.Close()
	child := exec.Command(program, dir)
	child.Stderr = os.Stderr
	input, err := child.StdinPipe()
	if err != nil {
		return err
	}
	output, err := child.StdoutPipe()
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}
	var p *peers
	sizes := 0
	lines := bufio.NewScanner(output)
	step := func(text string) error {
		size, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		if p == nil {
			vkey, err := os.ReadFile(filepath.Join(dir, "vkey"))
			if err != nil {
				return err
			}
			if p, err = newPeers(context.Background(), filepath.Join(dir, "log"), string(vkey), server.URL); err != nil {
				return err
			}
		}
		if err := p.check(); err != nil || size == 0 {
			return err
		}
		return checkProof(dir, p.verifier)
	}
	for lines.Scan() {
		if err := step(lines.Text()); err != nil {
			input.Close()
			child.Wait()
			return fmt.Errorf("size %s: %w", lines.Text(), err)
		}
		sizes++
		fmt.Fprintln(input)
	}
	if err := child.Wait(); err != nil {
		return err
	}
	fmt.Printf("tessera, torchwood and formats accept the log at %d sizes\n", sizes)
	return nil
}

func main() {
	quiet := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(quiet)
	quiet.Set("logtostderr", "false")
	quiet.Set("stderrthreshold", "FATAL")
	commands := map[string]func(string, string) error{"log": verifyLog, "grow": verifyGrowing}
	if len(os.Args) != 4 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: peers log DIR VKEY | grow PROGRAM DIR")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}
