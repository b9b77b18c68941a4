// dalek's bulletproofs, natively, judges our proofs and makes some for us; see zk_cases.cpp for the
// lines.
//
//   peer verify        cases from standard input, each must be judged as its last word says
//   peer prove ROUNDS  proofs of all shapes, so often, to standard output
//   peer bench         what proofs take, one line "NAME<tab>MICROSECONDS" each
use bulletproofs::{BulletproofGens, PedersenGens, RangeProof};
use curve25519_dalek::{ristretto::CompressedRistretto, scalar::Scalar};
use merlin::Transcript;
use rand::{rngs::OsRng, RngCore};
use std::io::BufRead;

const SHAPES: [(usize, usize); 20] = [
    (8, 1), (8, 2), (8, 4), (8, 8), (8, 16), (16, 1), (16, 2), (16, 4), (16, 8), (16, 16),
    (32, 1), (32, 2), (32, 4), (32, 8), (32, 16), (64, 1), (64, 2), (64, 4), (64, 8), (64, 16),
];

fn bytes(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn joined<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(",")
}

// Transcript::new wants a label that lives for ever.
fn transcript(label: &[u8]) -> Transcript {
    Transcript::new(Box::leak(label.to_vec().into_boxed_slice()))
}

struct Peer {
    generators: BulletproofGens,
    bases: PedersenGens,
}

impl Peer {
    fn accepts(&self, bits: usize, label: &[u8], points: &[Vec<u8>], proof: &[u8]) -> bool {
        let points: Vec<_> =
            points.iter().map(|point| CompressedRistretto::from_slice(point).unwrap()).collect();
        match RangeProof::from_bytes(proof) {
            Err(_) => false,
            Ok(proof) => proof
                .verify_multiple(
                    &self.generators, &self.bases, &mut transcript(label), &points, bits)
                .is_ok(),
        }
    }

    fn verify(&self) -> Result<(), String> {
        let (mut cases, mut accepted) = (0, 0);
        for line in std::io::stdin().lock().lines() {
            let line = line.unwrap();
            let words: Vec<_> = line.split(' ').collect();
            let points: Vec<_> = words[2].split(',').map(bytes).collect();
            let answer =
                self.accepts(words[0].parse().unwrap(), &bytes(words[1]), &points, &bytes(words[3]));
            if answer != (words[4] == "1") {
                return Err(format!("disagreement: dalek says {answer}: {line}"));
            }
            cases += 1;
            accepted += usize::from(answer);
        }
        println!("dalek judged {cases} cases as we did and accepted {accepted}");
        Ok(())
    }

    fn proof_of(&self, label: &[u8], bits: usize, count: usize)
        -> (Vec<u64>, Vec<Scalar>, RangeProof, Vec<CompressedRistretto>) {
        let values: Vec<_> = (0..count).map(|_| OsRng.next_u64() >> (64 - bits)).collect();
        let blindings: Vec<_> = (0..count).map(|_| Scalar::random(&mut OsRng)).collect();
        let (proof, points) = RangeProof::prove_multiple(
            &self.generators, &self.bases, &mut transcript(label), &values, &blindings, bits)
            .unwrap();
        (values, blindings, proof, points)
    }

    fn prove(&self, rounds: usize) {
        for round in 0..rounds {
            // The large shapes take a thousand times as long as the small ones.
            for (bits, count) in SHAPES.iter().filter(|(n, m)| round < 2 || n * m <= 64) {
                let mut label = [0u8; 44];
                OsRng.fill_bytes(&mut label);
                let (values, blindings, proof, points) = self.proof_of(&label, *bits, *count);
                println!(
                    "{bits} {} {} {} {} {}",
                    hex(&label),
                    joined(&values, |value| value.to_string()),
                    joined(&blindings, |blinding| hex(blinding.as_bytes())),
                    joined(&points, |point| hex(point.as_bytes())),
                    hex(&proof.to_bytes())
                );
            }
        }
    }

    fn bench(&self) {
        for (bits, count) in [(64, 1), (32, 16), (64, 16)] {
            let label = [7u8; 44];
            best(&format!("prove ({bits},{count})"), || {
                self.proof_of(&label, bits, count);
            });
            let (_, _, proof, points) = self.proof_of(&label, bits, count);
            best(&format!("verify ({bits},{count})"), || {
                proof
                    .verify_multiple(
                        &self.generators, &self.bases, &mut transcript(&label), &points, bits)
                    .unwrap();
            });
        }
        let (value, blinding) = (Scalar::from(12345u64), Scalar::random(&mut OsRng));
        best("commit and encode", || {
            std::hint::black_box(self.bases.commit(value, blinding).compress());
        });
    }
}

// Processor time of the process, as our own benchmark takes it.
fn cpu_us() -> f64 {
    extern "C" {
        fn clock() -> i64;
    }
    unsafe { clock() as f64 } // POSIX: CLOCKS_PER_SEC is a million
}

fn best(name: &str, mut work: impl FnMut()) {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = cpu_us();
        let mut rounds = 0;
        while rounds == 0 || cpu_us() - start < 200_000.0 {
            work();
            rounds += 1;
        }
        best = best.min((cpu_us() - start) / f64::from(rounds));
    }
    println!("{name}\t{best:.2}");
}

fn main() -> Result<(), String> {
    let peer = Peer { generators: BulletproofGens::new(64, 16), bases: PedersenGens::default() };
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["verify"] => peer.verify(),
        ["prove", rounds] => Ok(peer.prove(rounds.parse().unwrap())),
        ["bench"] => Ok(peer.bench()),
        _ => Err("peer verify | prove ROUNDS | bench".into()),
    }
}
