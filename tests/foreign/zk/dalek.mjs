// dalek's bulletproofs, compiled to WebAssembly by others, judges our proofs and makes some for us;
// see zk_cases.cpp for the lines.
//
//   dalek.mjs PACKAGE verify        cases from standard input
//   dalek.mjs PACKAGE prove ROUNDS  proofs to standard output
//
// The package's label for Merlin is one constant of 44 bytes. It is overwritten in the module's
// memory before each call, which is why our labels have 44 bytes.
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {randomBytes} from 'node:crypto';
import {pathToFileURL} from 'node:url';

const LABEL = 'AptosConfidentialAsset/BulletproofRangeProof';
const BASE = Buffer.from(
    'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76', 'hex');
const BLINDING_BASE = Buffer.from(
    '8c9240b456a9e6dc65c377a1048d745f94a08cdb7f44cbcd7b46f34048871134', 'hex');

const [folder, command, rounds] = process.argv.slice(2);
const dalek = await import(pathToFileURL(`${folder}/range-proofs/aptos_rp_wasm-esm.js`));
const wasm = dalek.initSync(
    {module: readFileSync(`${folder}/range-proofs/aptos_rp_wasm_bg.wasm`)});
const labelAt = Buffer.from(wasm.memory.buffer).indexOf(LABEL);
if (labelAt < 0) throw new Error('the label is not in the module\'s memory');

// The memory moves when it grows, so it is looked up each time.
function useLabel(label) {
    if (label.length !== LABEL.length) throw new Error('a label has 44 bytes');
    Buffer.from(wasm.memory.buffer).set(label, labelAt);
}

const hexes = (text) => text.split(',').map((item) => new Uint8Array(Buffer.from(item, 'hex')));
const hex = (bytes) => Buffer.from(bytes).toString('hex');

function accepts(bits, label, commitments, proof) {
    useLabel(label);
    try {
        return commitments.length === 1 ?
            dalek.verify_proof(proof, commitments[0], BASE, BLINDING_BASE, bits) :
            dalek.batch_verify_proof(proof, commitments, BASE, BLINDING_BASE, bits);
    } catch {
        return false;  // it throws for what does not decode
    }
}

async function verify() {
    let cases = 0;
    let accepted = 0;
    for await (const line of createInterface({input: process.stdin})) {
        const [bits, label, commitments, proof, verdict] = line.split(' ');
        const answer = accepts(Number(bits), Buffer.from(label, 'hex'), hexes(commitments),
                               new Uint8Array(Buffer.from(proof, 'hex')));
        if (answer !== (verdict === '1')) {
            console.log(`disagreement: dalek says ${answer}: ${line}`);
            process.exit(1);
        }
        cases += 1;
        accepted += answer ? 1 : 0;
    }
    console.log(`dalek in WebAssembly judged ${cases} cases as we did and accepted ${accepted}`);
}

// 253 bits, so that a blinding is below the order of the group.
function randomScalar() {
    const bytes = randomBytes(32);
    bytes[31] &= 0x0f;
    return new Uint8Array(bytes);
}

function prove(bits, count) {
    const label = randomBytes(44);
    const values = BigUint64Array.from(
        {length: count}, () => randomBytes(8).readBigUInt64LE() >> BigInt(64 - bits));
    const blindings = Array.from({length: count}, randomScalar);
    useLabel(label);
    const made = dalek.batch_range_proof(values, blindings, BASE, BLINDING_BASE, bits);
    console.log([bits, hex(label), values.join(','), blindings.map(hex).join(','),
                 made.comms().map(hex).join(','), hex(made.proof())].join(' '));
}

if (command === 'verify') {
    await verify();
} else {
    for (let round = 0; round < Number(rounds); ++round) {
        for (const bits of [8, 16, 32, 64]) {
            // The large shapes take seconds here.
            for (const count of [1, 2, 4, 8, 16]) {
                if (bits * count <= (round === 0 ? 1024 : 32)) prove(bits, count);
            }
        }
    }
}
