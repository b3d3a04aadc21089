#!/bin/sh
# Makes the data files of the demo worksheets anew from Debian packages; run it in this folder, on Debian with deb lines and R (4.2 or newer).
# The files are committed: nobody needs this script to use the library. It is how to check where every number came from.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Fetches a package without installing it and unpacks it under $work/<package>.
unpack() {
  (cd "$work" && apt-get download -qq "$1" && dpkg-deb -x "$1"_*.deb "$1" && rm "$1"_*.deb)
}
unpack emboss-test
unpack python-biopython-doc
emboss=$work/emboss-test/usr/share/EMBOSS/test
biopython=$work/python-biopython-doc/usr/share/doc/python-biopython-doc/Tests

mkdir -p genome-atlas primer-melting codon-usage globin-tree
gzip -dc "$biopython/GenBank/NC_000932.gb.gz" > genome-atlas/NC_000932.gb
gzip -dc "$biopython/GFF/NC_001422.gbk.gz" > genome-atlas/NC_001422.gb
gzip -dc "$biopython/GenBank/NC_005816.gb.gz" > genome-atlas/NC_005816.gb
gzip -dc "$biopython/Stockholm/globins45.ali.gz" > globin-tree/globins45.sto

# One entry of an EMBL flat file, by its accession number.
embl_entry() {
  awk -v wanted="$1" '/^ID/ { found = ($2 == wanted ";") } found { print }' "$emboss"/embl/*.dat
}
embl_entry J01636 > primer-melting/J01636.embl
cp primer-melting/J01636.embl codon-usage/
gzip -dc "$biopython/CodonUsage/HighlyExpressedGenes.txt.gz" > codon-usage/highly-expressed-genes.fasta
for accession in V00307 X51466 AF123457; do
  embl_entry "$accession" > "codon-usage/$accession.embl"
done

Rscript make-data.R
