#!/usr/bin/env bash
# Trains every task with its defaults and several seeds, each run for a while, and looks for numbers
# that are not finite: runs that diverged, and nulls among the metrics.
#
#   tools/soak.sh MANN FOLDER [SEEDS [TIME]]     default: 1:10 10s, which takes 20 minutes or so
#
# One run at a time, on one thread. bAbI needs MANN_DATA. The same command again goes on with what
# is not finished. The last line says what came out; the exit status is 1 if anything was not finite.
set -eu
[ $# -ge 2 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2; }
mann=$1 folder=$2 seeds=${3-1:10} time=${4-10s}
mkdir -p "$folder"

# Parity of the bits so far, for the task that is a file.
own=$folder/own.jsonl
awk 'BEGIN {
    for (i = 0; i < 256; i++) {
        input = target = ""; parity = 0
        for (t = 0; t < 8; t++) {
            bit = int(i / 2 ^ t) % 2; parity = (parity + bit) % 2; comma = t ? ", " : ""
            input = input comma "[" bit "]"; target = target comma "[" parity "]"
        }
        printf "{\"input\": [%s], \"target\": [%s]}\n", input, target
    }
}' >"$own"

"$mann" tasks | while read -r task _; do
    case $task in
    file) task=file:$own ;;
    babi) [ -d "${MANN_DATA-}/babi" ] || continue ;;
    esac
    "$mann" sweep "$task" --seeds "$seeds" --max-time "$time" -j 1 --threads 1 -q \
        -o "$folder/${task%%:*}" || echo "$task: mann sweep exits with $?"
done

runs=0 diverged=0 nulls=0 sequences=0
for run in "$folder"/*/*/run.json; do
    runs=$((runs + 1))
    grep -q '"stopped": "diverged"' "$run" && { diverged=$((diverged + 1)); echo "diverged: $run"; }
    grep -qiE 'null|nan|inf' "${run%run.json}metrics.jsonl" &&
        { nulls=$((nulls + 1)); echo "not finite: ${run%run.json}metrics.jsonl"; }
    sequences=$((sequences + $(sed -n 's/^ *"sequences": \([0-9]*\),*$/\1/p' "$run" | tail -n 1)))
done
echo "$runs runs, $sequences sequences: $diverged diverged, $nulls with metrics that are not finite"
[ "$runs" -gt 0 ] && [ $((diverged + nulls)) -eq 0 ]
