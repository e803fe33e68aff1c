#!/bin/sh
# Makes the pictures of this folder again, in ten minutes on two cores:
#
#     MANN_DATA=DATA docs/figures/make.sh build/src/cli/mann [RUNS]
#
# The trained runs stay in RUNS, where one is named, and what is there is not trained again: names
# after it are the runs that are drawn (all, if there are none).
#
# What the training learns is the same each time on one machine; it differs a little where the
# processor adds in another order.
set -eu
mann=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
networks=$here/../../experiments/trained
if [ $# -gt 1 ]; then
    work=$(realpath "$2")
    shift 2
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    shift
fi
wanted=$*
cd "$work"

# Whether the run is to be drawn, which is trained before if it is not there.
train() # run argument...
{
    run=$1
    shift
    case " $wanted " in
    "  " | *" $run "*) ;;
    *) return 1 ;;
    esac
    [ -e "$run" ] || "$mann" train "$@" -o "$run" -q
}

# Colours to a palette of 256: half the bytes, and no difference to be seen.
render() # name argument...
{
    name=$1
    shift
    "$mann" render "$@" -o full.png
    ffmpeg -y -nostdin -loglevel error -i full.png \
        -vf 'split[a][b];[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=none' \
        -frames:v 1 "$here/$name.png"
    rm full.png
}

if train copy-1 copy --seed 3 --until 'wrong_bits<=0.01' -p train.trace_every=10; then
    render copy-20-dark copy-1
    render copy-20-light copy-1 --theme light
    render copy-20-small copy-1 --theme light --size 960x600
    render copy-120 copy-1 --at L120
    render what-if copy-1 --at beta=20/gate=0.6/gamma=1.5
    render training copy-1 --at screen=4
    "$mann" render copy-1 -o "$here/copy-learning.gif" --over training --size 960x600 --rate 4
fi
if train two-heads copy --seed 3 --until 'wrong_bits<=0.01' \
    -p memory.read_heads=2 -p memory.write_heads=2; then
    render two-heads two-heads
fi
if train untrained copy --seed 3 --sequences 16; then
    render untrained untrained
fi
if train lstm copy --model lstm --seed 3 --sequences 170000; then
    render lstm lstm
fi
seeds=
for seed in 1 2 3 4 5; do
    if train seed-$seed copy --seed $seed --until 'wrong_bits<=0.01'; then
        seeds="$seeds seed-$seed"
    fi
done
[ -z "$seeds" ] || render seeds $seeds --at screen=4
curves=
for seed in 1 2; do
    if train curve-$seed copy --seed $seed --sequences 100000; then
        curves="$curves curve-$seed"
    fi
done
[ -z "$curves" ] || "$mann" report $curves -o "$here/copy-curves.png" >curves.txt
# Networks that come with the source.
shipped() # figure network argument...
{
    figure=$1
    network=$networks/$2.safetensors
    shift 2
    case " $wanted " in
    "  " | *" $figure "*) render "$figure" "$network" "$@" ;;
    esac
}
shipped recall associative_recall
shipped repeat-copy repeat_copy
shipped ngram ngram --at t150
shipped sort priority_sort --at scale=sqrt/s3
if train fast associative_retrieval --model fastweights --seed 1 --until 'accuracy>=0.9' \
    --max-time 5m; then
    render fast-weights fast --at screen=2
train both associative_recall --model ntm+hopfield --seed 1 -p model.hidden=89 -p train.trace_every=0 \
    --until 'wrong_bits<=0.01' --max-time 6m
render ntm-hopfield both --at t30
render ntm-hopfield-store both --at screen=2/t30
fi
if train tale story --model memn2n --seed 1 -p task.kind=two -p task.facts=4..10 --max-time 30s; then
    render hops tale --at question=2 --size 1280x500
fi
case " $wanted " in
"  " | *" store "*)
    "$mann" hopfield --patterns "${MANN_DATA:?names the folder with mnist/}/mnist/train-images-idx3-ubyte.gz" \
        --first 12 -o digits.safetensors -q >store.txt
    render store digits.safetensors --at rule=pseudo-inverse/noise=0.25/cue=3/t120
    ;;
esac
