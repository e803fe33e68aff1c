#!/bin/sh
# Makes the pictures of this folder again, in a quarter of an hour on two cores:
#
#     MANN_DATA=DATA docs/figures/make.sh build/src/cli/mann
#
# What the training learns is the same each time on one machine; it differs a little where the
# processor adds in another order.
set -eu
mann=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
networks=$here/../../experiments/trained
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Colours to a palette of 256: half the bytes, and no difference to be seen.
render() # name argument...
{
    name=$1
    shift
    "$mann" render "$@" -o full.png
    ffmpeg -y -nostdin -loglevel error -i full.png \
        -vf 'split[a][b];[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=none' \
        -frames:v 1 "$here/$name.png"
}

train() # run argument...
{
    run=$1
    shift
    "$mann" train "$@" -o "$run" -q
}

train copy-1 copy --seed 3 --until 'wrong_bits<=0.01' -p train.trace_every=10
train two-heads copy --seed 3 --until 'wrong_bits<=0.01' \
    -p memory.read_heads=2 -p memory.write_heads=2
train untrained copy --seed 3 --sequences 16
train lstm copy --model lstm --seed 3 --max-time 12s

# Networks that come with the source.
render recall "$networks/associative_recall.safetensors"
render repeat-copy "$networks/repeat_copy.safetensors"
render ngram "$networks/ngram.safetensors" --at t150
[ ! -f "$networks/priority_sort.safetensors" ] ||
    render priority-sort "$networks/priority_sort.safetensors"

render copy-20-dark copy-1
render copy-20-light copy-1 --theme light
render copy-20-small copy-1 --theme light --size 960x600
render copy-120 copy-1 --at L120
render what-if copy-1 --at beta=20/gate=0.6/gamma=1.5
render untrained untrained
render two-heads two-heads
render lstm lstm
"$mann" hopfield --patterns "${MANN_DATA:?names the folder with mnist/}/mnist/train-images-idx3-ubyte.gz" --first 12 \
    -o digits.safetensors -q >store.txt
render store digits.safetensors --at rule=pseudo-inverse/noise=0.25/cue=3/t120
train fast associative_retrieval --model fastweights --seed 1 --until 'accuracy>=0.9' --max-time 5m
render fast-weights fast --at screen=2
train tale story --model memn2n --seed 1 -p task.kind=two -p task.facts=4..10 --max-time 30s
render hops tale --at question=2 --size 1280x500
render training copy-1 --at screen=4
"$mann" render copy-1 -o "$here/copy-learning.gif" --over training --size 960x600 --rate 4
