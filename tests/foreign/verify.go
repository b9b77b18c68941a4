// verify checks logs and record proofs with golang.org/x/mod/sumdb alone; it shares no code with
// the programs that wrote them.
//
//	verify log DIR VKEY            every tile, every entry, the checkpoint's signature
//	verify proof FILE.json VKEY    one record: in its block, the block in the log, the log signed
//	verify grow PROGRAM DIR        the log that growing_log writes into DIR, at each of its sizes
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// openCheckpoint verifies a checkpoint's signature and returns the tree it speaks about.
func openCheckpoint(raw []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of three lines with the key's name as origin")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// tilePath maps a tile to its C2SP path, which has no height in it.
func tilePath(dir, kind string, tile tlog.Tile) string {
	n := fmt.Sprintf("%03d", tile.N%1000)
	for rest := tile.N / 1000; rest > 0; rest /= 1000 {
		n = fmt.Sprintf("x%03d/%s", rest%1000, n)
	}
	if tile.W < 1<<uint(tile.H) {
		n += fmt.Sprintf(".p/%d", tile.W)
	}
	return filepath.Join(dir, "tile", kind, n)
}

type dirReader struct{ dir string }

func (r dirReader) Height() int { return 8 }

func (r dirReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(tilePath(r.dir, strconv.Itoa(tile.L), tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (r dirReader) SaveTiles([]tlog.Tile, [][]byte) {}

// checkBundle compares the entries of one bundle with the leaf hashes, which the reader
// authenticates up to the root.
func checkBundle(dir string, first, width int64, hashes tlog.HashReader) error {
	data, err := os.ReadFile(tilePath(dir, "entries", tlog.Tile{H: 8, N: first / 256, W: int(width)}))
	if err != nil {
		return err
	}
	var indexes []int64
	for i := first; i < first+width; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, i))
	}
	leaves, err := hashes.ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i := range leaves {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return fmt.Errorf("entry %d is cut short", first+int64(i))
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		if tlog.RecordHash(data[2:end]) != leaves[i] {
			return fmt.Errorf("entry %d differs from its leaf hash", first+int64(i))
		}
		data = data[end:]
	}
	if len(data) != 0 {
		return fmt.Errorf("bytes after entry %d", first+width-1)
	}
	return nil
}

// checkHigherTiles reads every tile above the leaves through the authenticating reader too.
func checkHigherTiles(size int64, hashes tlog.HashReader) error {
	for level := 8; size>>uint(level) > 0; level += 8 {
		for i := int64(0); i < size>>uint(level); i++ {
			if _, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(level, i)}); err != nil {
				return err
			}
		}
	}
	return nil
}

func verifyLog(dir, vkey string) error {
	raw, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(raw, vkey)
	if err != nil {
		return err
	}
	if tree.N == 0 && tree.Hash != tlog.Hash(sha256.Sum256(nil)) {
		return errors.New("the root of an empty log is not the hash of nothing")
	}
	hashes := tlog.TileHashReader(tree, dirReader{dir})
	for first := int64(0); first < tree.N; first += 256 {
		width := tree.N - first
		if width > 256 {
			width = 256
		}
		if err := checkBundle(dir, first, width, hashes); err != nil {
			return err
		}
	}
	if err := checkHigherTiles(tree.N, hashes); err != nil {
		return err
	}
	for older := int64(1); older < tree.N; older = older*2 + 1 {
		root, err := tlog.TreeHash(older, hashes)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, older, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, older, root); err != nil {
			return fmt.Errorf("size %d: %w", older, err)
		}
	}
	return nil
}

func verifyAndTell(dir, vkey string) error {
	if err := verifyLog(dir, vkey); err != nil {
		return err
	}
	raw, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(raw, vkey)
	fmt.Printf("size %d root %s\n", tree.N, tree.Hash)
	return err
}

// verifyOneSize looks at what growing_log has written before it goes on.
func verifyOneSize(dir string, size int64) error {
	vkey, err := os.ReadFile(filepath.Join(dir, "vkey"))
	if err != nil {
		return err
	}
	key := strings.TrimSpace(string(vkey))
	if err := verifyLog(filepath.Join(dir, "log"), key); err != nil {
		return err
	}
	if size == 0 {
		return nil
	}
	entry, err := os.ReadFile(filepath.Join(dir, "last.entry"))
	if err != nil {
		return err
	}
	proof, err := os.ReadFile(filepath.Join(dir, "last.tlog-proof"))
	if err != nil {
		return err
	}
	return checkInLog(string(entry), string(proof), key)
}

func verifyGrowing(program, dir string) error {
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
	sizes := 0
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		size, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err == nil {
			err = verifyOneSize(dir, size)
		}
		if err != nil {
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
	fmt.Printf("golang.org/x/mod/sumdb accepts the log at %d sizes\n", sizes)
	return nil
}

type recordProof struct {
	Record     []byte   `json:"record"`
	Salt       []byte   `json:"salt"`
	First      int64    `json:"first"`
	Count      int64    `json:"count"`
	Index      int64    `json:"index"`
	Inner      [][]byte `json:"inner"`
	Entry      string   `json:"entry"`
	EntryProof string   `json:"entry_proof"`
}

type blockEntry struct {
	V     int    `json:"v"`
	Kind  string `json:"kind"`
	First int64  `json:"first"`
	Count int64  `json:"count"`
	Root  []byte `json:"root"`
}

// checkInBlock: the record's commitment is where the proof says in the block that the entry names.
func checkInBlock(p recordProof) error {
	var block blockEntry
	if err := json.Unmarshal([]byte(p.Entry), &block); err != nil {
		return err
	}
	if block.V != 1 || block.Kind != "block" || block.First != p.First || block.Count != p.Count {
		return errors.New("the entry is not the block that the proof is about")
	}
	if len(block.Root) != tlog.HashSize || len(p.Salt) != 32 {
		return errors.New("root and salt have 32 bytes")
	}
	if p.Index < p.First || p.Index >= p.First+p.Count {
		return errors.New("the record is not in the block")
	}
	committed := sha256.New()
	committed.Write([]byte("zk-overlords/record/v1\x00"))
	committed.Write(p.Salt)
	committed.Write(p.Record)
	var proof tlog.RecordProof
	for _, hash := range p.Inner {
		if len(hash) != tlog.HashSize {
			return errors.New("a hash of the inner proof has the wrong length")
		}
		proof = append(proof, *(*tlog.Hash)(hash))
	}
	leaf := tlog.RecordHash(committed.Sum(nil))
	return tlog.CheckRecord(proof, p.Count, *(*tlog.Hash)(block.Root), p.Index-p.First, leaf)
}

// checkInLog: the entry is in the log whose signed checkpoint ends the .tlog-proof file.
func checkInLog(entry, file, vkey string) error {
	head, checkpoint, found := strings.Cut(file, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a c2sp.org/tlog-proof@v1 file")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := openCheckpoint([]byte(checkpoint), vkey)
	if err != nil {
		return err
	}
	if bits.Len64(uint64(tree.N))+1 < len(proof) {
		return errors.New("the proof is too long")
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash([]byte(entry)))
}

func verifyProof(file, vkey string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var p recordProof
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return err
	}
	if err := checkInBlock(p); err != nil {
		return fmt.Errorf("record in block: %w", err)
	}
	if err := checkInLog(p.Entry, p.EntryProof, vkey); err != nil {
		return fmt.Errorf("block in log: %w", err)
	}
	digest := sha256.Sum256(p.Record)
	fmt.Printf("record %d sha256 %s\n", p.Index, base64.StdEncoding.EncodeToString(digest[:]))
	return nil
}

func main() {
	commands := map[string]func(string, string) error{
		"log": verifyAndTell, "proof": verifyProof, "grow": verifyGrowing,
	}
	if len(os.Args) != 4 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: verify log DIR VKEY | proof FILE.json VKEY | grow PROGRAM DIR")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2], strings.TrimSpace(os.Args[3])); err != nil {
		fmt.Fprintln(os.Stderr, "verify:", err)
		os.Exit(1)
	}
}
