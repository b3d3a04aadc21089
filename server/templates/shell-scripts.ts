const countBases = `#!/bin/sh
# Counts the bases of each sequence of a FASTA file.
set -eu

file=\${1:?usage: sh count-bases.sh FILE}
awk '
  /^>/ { if (name != "") report(); name = substr($1, 2); total = gc = 0; next }
  { total += length($0); gc += gsub(/[GCgc]/, "") }
  END { if (name != "") report() }
  function report() { printf "%-12s %6d bases %5.1f %% GC\\n", name, total, total ? 100 * gc / total : 0 }
' "$file"
`;

const sequences = `>lambda
GGGCGGCGACCTCGCGGGTTTTCGCTATTTATGAAAATTTTCCGGTTTAAGGCGTTTCCG
TTCTTCTTCGTCATAACTTAATGTTTTTATTTAAAATACC
>pbr322
TTCTCATGTTTGACAGCTTATCATCGATAAGCTTTAATGCGGTAGTTTATCACAGTTAAA
TTGCTAACGCAGTCAGGCACCGTGTATGAAATCTAACAAT
`;

/** Scripts that a terminal runs; the first is executable. */
export function shellFiles(readme: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const text = new TextEncoder();
  return new Map([
    ["count-bases.sh", text.encode(countBases)],
    ["sequences.fasta", text.encode(sequences)],
    ["README.md", readme],
  ]);
}
