#!/bin/sh
# mann hopfield: exit codes, messages, formats, and results that depend on nothing but the seed.
#
# Usage: hopfield_cli.sh MANN
set -eu
export LC_ALL=C
mann=$1
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mann-hopfield-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
bad=0
# Under the leak sanitizer: what fontconfig keeps is not ours.
echo 'leak:libfontconfig' >"$scratch/suppressions"
export LSAN_OPTIONS="suppressions=$scratch/suppressions:print_suppressions=0"

# expect CODE PATTERN ARGUMENT...: the exit code, and a pattern in what is printed.
expect()
{
    code=$1 pattern=$2
    shift 2
    got=0
    "$mann" hopfield "$@" >"$scratch/out" 2>&1 || got=$?
    if [ "$got" != "$code" ] || ! grep -q -e "$pattern" "$scratch/out"; then
        echo "mann hopfield $*: exit code $got instead of $code, or no '$pattern' in:"
        sed 's/^/    /' "$scratch/out" | head -5
        bad=1
    fi
}

printf '##..\n##..\n\n.##.\n.##.\n\n####\n....\n' >"$scratch/good.txt"
printf '##..\n##..\n\n###\n.#.\n' >"$scratch/sizes.txt"
printf '##..\n#?..\n' >"$scratch/sign.txt"
printf '\000\000\010\003\000\000\000\002\000\000\000\002\000\000\000\002abc' >"$scratch/short.idx"
printf '\211PNG\r\n\032\n and no more' >"$scratch/broken.png"
printf 'P4 16 16\nabc' >"$scratch/short.pbm"
printf '\037\213\010\000 not gzip at all' >"$scratch/broken.gz"
gzip -c "$scratch/good.txt" >"$scratch/good.txt.gz"
head -c 30 "$scratch/good.txt.gz" >"$scratch/cut.txt.gz"
: >"$scratch/empty"
printf '1,0,1\n0,1\n' >"$scratch/uneven.csv"
printf '#\n\n.\n' >"$scratch/one.txt"
mkdir "$scratch/none" "$scratch/images"
printf 'P1 3 3 1 1 1 0 0 0 0 0 0' >"$scratch/images/1.pbm"
printf 'P2 3 3 9 9 9 9 0 0 0 9 9 9' >"$scratch/images/2.pgm"

# What works.
expect 0 'Usage: mann hopfield' --help
expect 0 'recalled #1' --patterns random:200x5
expect 0 'recalled #3' --patterns "$scratch/good.txt" --corrupt 0 --rule modern
expect 0 'recalled #3' --patterns "$scratch/good.txt.gz" --corrupt 0 --rule modern
expect 0 '2 patterns of 9 units' --patterns "$scratch/images" --corrupt 0
expect 0 '"verdict": "recalled"' --patterns random:100x3 --json
expect 0 '^hebb,1,' --patterns random:100x3 --csv
expect 0 'theory_overlap' --patterns random:100x10 --sweep load=0.05,0.1 --trials 2 -o "$scratch/x.svg" --csv
grep -q '<svg' "$scratch/x.svg" || { echo "x.svg is no SVG"; bad=1; }
expect 0 'recalled' --patterns random:100x4 -o "$scratch/x.png"
expect 0 'recalled' --patterns "$scratch/good.txt" --corrupt 0 -o "$scratch/x.safetensors"
"$mann" render "$scratch/x.safetensors" -o - --at rule=modern/noise=0/cue=2 >"$scratch/out" ||
    { echo "x.safetensors cannot be drawn"; bad=1; }
grep -q 'recalled #2' "$scratch/out" || { echo "the store is not what was stored"; bad=1; }
"$mann" render "$scratch/x.safetensors" --json --at rule=modern/noise=0/cue=2 >"$scratch/out"
grep -q '"verdict": "recalled #2"' "$scratch/out" || { echo "no read-outs of the store"; bad=1; }
code=0
"$mann" render "$scratch/x.safetensors" --json -o - >"$scratch/out" 2>&1 || code=$?
[ $code = 2 ] || { echo "text and JSON at once are not refused"; bad=1; }
expect 0 'recalled' --patterns "$scratch/good.txt" --rule hebb,modern --half -o "$scratch/x.pdf"
expect 0 'limit cycle\|recalled\|spurious' --patterns random:40x8 --update sync --corrupt 0.5
expect 0 'T 0.3' --patterns random:100x4 --temperature 0.3 --max-sweeps 20

# Values between the extremes are told of; so is a load that Hebb's rule cannot hold.
printf '1,0,1,2\n0,1,0,1\n' >"$scratch/graded.csv"
expect 0 'more than two values' --patterns "$scratch/graded.csv" --corrupt 0
expect 0 '4 units' --patterns "$scratch/graded.csv" --corrupt 0 --threshold 0.5
! grep -q 'two values' "$scratch/out" || { echo "told of a threshold that was given"; bad=1; }
expect 0 'beyond what Hebb' --patterns random:20x50

# Usage.
expect 2 "'' is not a file" --patterns ''
expect 2 'sweep is of many' --patterns random:50x3 --sweep corrupt=0,0.1 --view
expect 2 'sweep is of many' --patterns random:50x3 --sweep corrupt=0,0.1 -o "$scratch/y.safetensors"
expect 2 'patterns is missing'
expect 2 "did you mean 'storkey'" --patterns random:100x3 --rule storky
expect 2 "did you mean '--corrupt'" --patterns random:100x3 --corupt 0.1
expect 2 "did you mean 'temperature'" --patterns random:100x3 --sweep temprature=0:1:0.1
expect 2 'neither async nor sync' --patterns random:100x3 --update asinc
expect 2 'needs a value' --patterns
expect 2 'what is' --patterns random:100x3 more
expect 2 '0 patterns is outside' --patterns random:100x0
expect 2 '1 units' --patterns random:1x3
expect 2 'random:UNITSxPATTERNS' --patterns random:100
expect 2 'span all 20 dimensions' --patterns random:20x50 --rule pseudo-inverse
expect 2 'not a number from 0 to 1' --patterns random:100x3 --corrupt 1.5
expect 2 'not a number' --patterns random:100x3 --corrupt much
expect 2 'ends in .png' --patterns random:100x3 -o x.jpeg
expect 2 'beta belongs' --patterns random:100x3 --beta 2
expect 2 'by their own law' --patterns random:100x3 --rule modern --update sync
expect 2 'only dense has an order' --patterns random:100x3 --rule hebb:3
expect 2 'order in 1..64' --patterns random:100x3 --rule dense:99
expect 2 'FROM:TO:STEP' --patterns random:100x3 --sweep load=0.1:0.2
expect 2 'swept twice' --patterns random:100x3 --sweep load=0.1 --sweep load=0.2
expect 2 'patterns are wanted' --patterns "$scratch/good.txt" --sweep patterns=2,7
expect 2 'swept key n needs' --patterns "$scratch/good.txt" --sweep n=10,20

# Files.
expect 1 'No such file' --patterns "$scratch/missing.txt"
expect 1 'no/such/place' --patterns random:100x3 -o "$scratch/no/such/place/x.png"
expect 4 'sizes.txt:4: a pattern of 3 x 2, but the first one is 4 x 2' --patterns "$scratch/sizes.txt"
expect 4 "sign.txt:2: column 2 is '?'" --patterns "$scratch/sign.txt"
expect 4 'short.idx: byte 19: truncated' --patterns "$scratch/short.idx"
expect 4 'broken.png: byte' --patterns "$scratch/broken.png"
expect 4 'short.pbm: byte.*truncated' --patterns "$scratch/short.pbm"
expect 4 'broken.gz' --patterns "$scratch/broken.gz"
expect 4 'cut.txt.gz: damaged' --patterns "$scratch/cut.txt.gz"
expect 4 'uneven.csv:2: 2 values, but the first line has 3' --patterns "$scratch/uneven.csv"
expect 4 'one.txt:1: a pattern of 1 x 1' --patterns "$scratch/one.txt"
expect 4 'empty: empty' --patterns "$scratch/empty"
expect 4 'no pattern in this folder' --patterns "$scratch/none"

# A PNG that was cut short at every length must be refused and never crash.
size=$(wc -c <"$scratch/x.png")
for part in 1 9 30 100 1000 $((size / 2)) $((size - 20)); do
    head -c "$part" "$scratch/x.png" >"$scratch/cut.png"
    expect 4 'cut.png' --patterns "$scratch/cut.png"
done

# The seed decides, threads do not.
for threads in 1 3; do
    "$mann" hopfield --patterns random:120x12 --sweep load=0.05:0.2:0.05 --trials 4 --csv \
        --threads $threads --temperature 0.2 --max-sweeps 30 -q >"$scratch/threads-$threads"
done
cmp "$scratch/threads-1" "$scratch/threads-3" || { echo "threads change the results"; bad=1; }
exit $bad
